import type { Problem } from './source.ts';

export interface TrackedFile {
  readonly path: string;
  readonly text: string;
}

/** Homes of people (tests make some up) and hosts of package registries, wherever the clone lies. */
const LEAKS: readonly { readonly what: string; readonly pattern: RegExp; readonly butNotIn?: string }[] = [
  { what: 'the home folder of a person', pattern: /(?<![\w.])\/(?:home|Users)\/(?!user\b)[a-z][\w.-]*\//i, butNotIn: 'test/' },
  { what: 'the host of a package registry', pattern: /\bregistry\.[a-z\d-]+\.[a-z]{2,}|\/\/[\w.-]*\b(?:npm|artifactory|nexus|verdaccio)[\w.-]*[:/]/i },
];

/** Nothing in the repository tells where somebody works. `ownPaths`: absolute paths of this clone and this home. */
export function checkLeaks(files: readonly TrackedFile[], ownPaths: readonly string[]): readonly Problem[] {
  return files.flatMap(({ path, text }) =>
    text.split('\n').flatMap((line, index) => [
      ...ownPaths.filter((own) => line.includes(`${own}/`) || line.endsWith(own)).map((own) => `${path}:${index + 1} holds ${own}`),
      ...LEAKS.filter(({ pattern, butNotIn }) => pattern.test(line) && (butNotIn === undefined || !path.startsWith(butNotIn))).map(({ what }) => `${path}:${index + 1} holds ${what}`),
    ]),
  );
}

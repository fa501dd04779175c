import type { Problem } from './source.ts';

export interface TrackedFile {
  readonly path: string;
  readonly text: string;
}

/** Homes of people and hosts of package registries, wherever the clone lies. */
const LEAKS: readonly { readonly what: string; readonly pattern: RegExp }[] = [
  { what: 'the home folder of a person', pattern: /(?<![\w.])\/(?:home|Users)\/(?!(?:user|somebody|ann|alice|bob|me)\b)[a-z][\w.-]*\//i },
  { what: 'the host of a package registry', pattern: /\bregistry\.[a-z\d-]+\.[a-z]{2,}|\/\/[\w.-]*\b(?:npm|artifactory|nexus|verdaccio)[\w.-]*[:/]/i },
];

/** Nothing in the repository tells where somebody works. `ownPaths`: absolute paths of this clone and this home. */
export function checkLeaks(files: readonly TrackedFile[], ownPaths: readonly string[]): readonly Problem[] {
  return files.flatMap(({ path, text }) =>
    text.split('\n').flatMap((line, index) => [
      ...ownPaths.filter((own) => line.includes(`${own}/`) || line.endsWith(own)).map((own) => `${path}:${index + 1} holds ${own}`),
      ...LEAKS.filter(({ pattern }) => pattern.test(line)).map(({ what }) => `${path}:${index + 1} holds ${what}`),
    ]),
  );
}

import { waitUntil } from '../helpers/wait-until.ts';
import type { Engine } from './engine.ts';

/** A busy machine takes its time. */
const PATIENCE_MS = 60_000;

/** The page, used as a guest uses it. */
export interface Guest {
  goTo(url: string): Promise<void>;
  reload(): Promise<void>;
  /** Resolves once the page's text matches. @throws Error with the text, when it never does */
  sees(what: RegExp): Promise<string>;
  press(button: RegExp): Promise<void>;
  /** As if these were chosen in the system's dialog. */
  pick(paths: readonly string[]): Promise<void>;
  /** Out of sight, a browser lets timers wait and says so to the page. */
  hide(): Promise<void>;
  show(): Promise<void>;
  /** Runs the body of a function in the page. */
  evaluate(body: string): Promise<unknown>;
}

export function createGuest({ command }: Engine): Guest {
  const evaluate = (body: string): Promise<unknown> => command('Execute Script', { script: body, args: [] });
  const text = async (): Promise<string> => String(await evaluate('return document.body?.innerText ?? ""'));
  const become = (visibility: string): Promise<void> =>
    waitUntil(`the page to be ${visibility}`, async () => (await evaluate('return document.visibilityState')) === visibility).then(() => undefined);
  return {
    evaluate,
    async hide() {
      await command('Minimize Window');
      await become('hidden');
    },
    async show() {
      await command('Set Window Rect', { width: 800, height: 700 });
      await become('visible');
    },
    goTo: async (url) => void (await command('Navigate To', { url })),
    reload: async () => void (await command('Refresh')),
    async sees(what) {
      let last = '';
      try {
        return await waitUntil(`the page to say ${String(what)}`, async () => {
          last = await text();
          return what.test(last) && last;
        }, PATIENCE_MS);
      } catch (error) {
        throw new Error(`The page says:\n${last.slice(0, 500)}`, { cause: error });
      }
    },
    press: (button) => waitUntil(`a button ${String(button)}`, async () => (await evaluate(
      `const button = [...document.querySelectorAll('button')].find((each) => ${String(button)}.test(each.innerText)); button?.click(); return button !== undefined`,
    )) === true).then(() => undefined),
    async pick(paths) {
      const found = await command('Find Element', { using: 'css selector', value: 'input[type=file]' });
      const [id] = Object.values(found as Readonly<Record<string, string>>);
      await command('Element Send Keys', { id, text: paths.join('\n') });
    },
  };
}

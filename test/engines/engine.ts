/** A browser of another make than Chromium, with one window, driven by the commands of W3C WebDriver. */
export interface Engine {
  /** Sends one command; `name` as in the standard's table of endpoints, for instance "Navigate To". */
  readonly command: Command;
  stop(): Promise<void>;
}

export type Command = (name: CommandName, parameters?: Readonly<Record<string, unknown>>) => Promise<unknown>;

/** What the tests use of it: https://www.w3.org/TR/webdriver2/#endpoints */
export type CommandName = 'Navigate To' | 'Refresh' | 'Find Element' | 'Element Send Keys' | 'Execute Script' | 'Take Screenshot'
  | 'Minimize Window' | 'Set Window Rect';

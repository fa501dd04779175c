/** What the page says to somebody who asks for help, about one computer. Apart from its other words: few ask. */
export interface HelpMessages {
  readonly title: string;
  readonly close: string;
  readonly arrive: HelpItem;
  readonly interrupted: HelpItem;
  /** Over HTTPS; the fingerprint follows. */
  readonly genuine: HelpItem;
  /** Over plain HTTP. */
  readonly readable: HelpItem;
  readonly check: CheckMessages;
}

/** Where the connection ends, as far as a page can find out. */
export interface CheckMessages {
  readonly title: string;
  readonly again: string;
  readonly asking: string;
  readonly answers: string;
  /** What stands before and after the address. */
  readonly elsewhere: readonly [before: string, after: string];
  readonly offline: string;
  readonly nobody: string;
  /** What to look at, the likeliest first. */
  readonly reasons: readonly string[];
  /** Addresses follow that a page cannot ask. */
  readonly unasked: string;
}

export interface HelpItem {
  readonly question: string;
  readonly answer: string;
}

/** @param computer what a person calls the receiving computer */
export type CreateHelp = (computer: string) => HelpMessages;

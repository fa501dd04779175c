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
  /** Other addresses follow. */
  readonly elsewhere: HelpItem;
}

export interface HelpItem {
  readonly question: string;
  readonly answer: string;
}

/** @param computer what a person calls the receiving computer */
export type CreateHelp = (computer: string) => HelpMessages;

/** What fills the middle of the window. */
export type WindowView = 'queue' | 'history' | 'devices';

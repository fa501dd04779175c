/** Items of the menu that the system knows; without words of ours, Electron calls them in English. */
export type MenuRole =
  | 'about' | 'services' | 'hide' | 'hideOthers' | 'unhide' | 'quit' | 'close'
  | 'undo' | 'redo' | 'cut' | 'copy' | 'paste' | 'pasteAndMatchStyle' | 'delete' | 'selectAll'
  | 'resetZoom' | 'zoomIn' | 'zoomOut' | 'togglefullscreen' | 'reload' | 'toggleDevTools'
  | 'minimize' | 'zoom' | 'front';

/** What the system shows of the app outside its window, in one language. In titles of menus, `&` stands before the key that opens them. */
export interface NativeWords {
  readonly menu: {
    readonly file: string;
    readonly edit: string;
    readonly view: string;
    readonly window: string;
    readonly sendFiles: string;
    readonly sendFolder: string;
    readonly pauseAll: string;
    readonly resumeAll: string;
    readonly retryAll: string;
    readonly cancelAll: string;
    readonly receive: string;
    readonly clearFinished: string;
    readonly history: string;
    readonly devices: string;
    readonly roles: Readonly<Record<MenuRole, string>>;
  };
  /** Dialogs in which files and folders are chosen: their titles, and the buttons that choose. */
  readonly pick: {
    readonly files: string;
    readonly folder: string;
    readonly send: string;
    readonly uploadFolder: string;
    readonly use: string;
  };
  /** When quitting would stop something. */
  readonly quit: {
    readonly message: (files: number) => string;
    readonly allContinue: (files: number) => string;
    readonly allStartOver: (files: number) => string;
    readonly largeContinue: string;
    /** After the sentence on the large ones. */
    readonly smallThen: string;
    readonly smallStartOver: string;
    readonly fromOthers: string;
    readonly keepGoing: string;
    readonly quit: string;
  };
  /** At the start, when the upload folder cannot be written to. */
  readonly folder: {
    readonly message: string;
    readonly detail: (folder: string) => string;
    readonly chooseAnother: string;
    readonly quit: string;
  };
  readonly crash: { readonly title: string; readonly text: string };
}

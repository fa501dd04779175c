/** Name of the program, and of its package in Debian. */
export declare const HEADLESS_SHELL: string;
/** The browser of the system to test in: what SLIPWAY_CHROMIUM names, or else the quickest there is; null where there is none. */
export declare function findChromium(): string | null;
/** One that people use, or null. */
export declare function findWholeChromium(): string | null;

export declare const HEADLESS_SHELL: string;
export declare function findChromium(): string | null;
export declare function findWholeChromium(): string | null;

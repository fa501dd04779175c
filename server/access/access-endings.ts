import { Failure } from '../failure.ts';
import type { DeviceBook } from './device-book.ts';

interface Watched {
  readonly controller: AbortController;
  /** As the list said when it was asked for. */
  readonly endedAtMs: number | undefined;
}

/** Tells what devices are sending when their access is ended. */
export class AccessEndings {
  readonly #onEnd: (id: string, failure: Failure) => void;
  readonly #watched = new Map<string, Watched>();

  /** @param onEnd told of each, after its signal */
  constructor(onEnd: (id: string, failure: Failure) => void) {
    this.#onEnd = onEnd;
  }

  /** @returns fires, with a Failure, when a later list says that its access has ended */
  signalOf(id: string, book: DeviceBook): AbortSignal {
    const known = this.#watched.get(id);
    if (known !== undefined) return known.controller.signal;
    const controller = new AbortController();
    this.#watched.set(id, { controller, endedAtMs: book.devices.get(id)?.endedAtMs });
    return controller.signal;
  }

  follow(book: DeviceBook): void {
    for (const [id, { controller, endedAtMs }] of this.#watched) {
      const device = book.devices.get(id);
      if (device === undefined) this.#watched.delete(id);
      else if (device.endedAtMs !== undefined && device.endedAtMs !== endedAtMs) {
        this.#watched.delete(id);
        const failure = new Failure(device.allowed === 'no' ? 'DEVICE_REFUSED' : 'TOKEN_REVOKED');
        controller.abort(failure);
        this.#onEnd(id, failure);
      }
    }
  }
}

import { onScopeDispose, ref, shallowRef, type Ref, type ShallowRef } from 'vue';
import type { DesktopBridge } from '../../../electron/contracts/bridge.ts';
import type { Answer, Device, DeviceRight, Question } from '../../../server/contracts/devices.ts';
import { ApiFailure, ServerUnreachable } from '../../api/api-failure.ts';
import type { Client } from '../../api/client.ts';

/** While somebody looks at the list, it says this often who was seen. */
const LOOK_EVERY_MS = 5000;

export interface Devices {
  /** Last seen first. */
  readonly all: Readonly<ShallowRef<readonly Device[]>>;
  /** Devices that ask to send, the one that waits longest first. */
  readonly questions: Readonly<ShallowRef<readonly Question[]>>;
  /** The setting. */
  readonly asks: Readonly<Ref<boolean>>;
  /** `failed`: the list could not be read. */
  readonly state: Readonly<Ref<'loading' | 'loaded' | 'failed'>>;
  /** Keeps the list fresh from now on, until the answer is called. */
  watch(): () => void;
  allow(id: string, allowed: DeviceRight): Promise<void>;
  answer(id: string, answer: Answer): Promise<void>;
  setAsking(asks: boolean): Promise<void>;
  /** Ends its access; one whose access has ended leaves the list. */
  end(id: string): Promise<void>;
}

/** Who was let in. Stops with the component that uses it. */
export function useDevices(client: Client, bridge: Pick<DesktopBridge<File>, 'onDevices' | 'setAsking'>): Devices {
  const all = shallowRef<readonly Device[]>([]);
  const questions = shallowRef<readonly Question[]>([]);
  const asks = ref(false);
  const state = ref<'loading' | 'loaded' | 'failed'>('loading');
  let asking = false;
  let again = false;

  /** One question at a time; what changes meanwhile is asked for once more. */
  async function look(): Promise<void> {
    again = asking;
    if (asking) return;
    asking = true;
    try {
      const reply = await client.call('GET /api/devices', {});
      all.value = reply.devices;
      questions.value = reply.questions;
      asks.value = reply.asks;
      state.value = 'loaded';
    } catch (error) {
      if (!(error instanceof ApiFailure || error instanceof ServerUnreachable)) throw error;
      state.value = 'failed';
    } finally {
      asking = false;
    }
    if (again) await look();
  }

  async function change(job: Promise<null>): Promise<void> {
    await job.catch((error: unknown) => {
      // The list says what became of it; no answer is told by the banner over it.
      if (!(error instanceof ApiFailure || error instanceof ServerUnreachable)) throw error;
    });
    await look();
  }

  onScopeDispose(bridge.onDevices(() => void look()));
  // A window that is opened later: somebody may be waiting already.
  void look();

  return {
    all, questions, asks, state,
    watch() {
      void look();
      const timer = setInterval(() => void look(), LOOK_EVERY_MS);
      return () => { clearInterval(timer); };
    },
    answer: (id, answer) => change(client.call('POST /api/questions/:id', { params: { id }, body: { answer } })),
    async setAsking(wanted) {
      await bridge.setAsking(wanted);
      await look();
    },
    allow: (id, allowed) => change(client.call('POST /api/devices/:id', { params: { id }, body: { allowed } })),
    end: (id) => change(client.call('DELETE /api/devices/:id', { params: { id } })),
  };
}

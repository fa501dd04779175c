import type { LanOptions, LanSide, Log, RunningServer } from '../../server/index.ts';
import type { Answer, ReceiveState, Visitor } from '../contracts/bridge.ts';
import { refuse, succeed } from './answer.ts';
import { codeOf } from './guards.ts';
import type { SettingsFile } from './settings.ts';

/** A port that people may find in their firewall's list; any other serves as well. */
const USUAL_PORT = 8484;
const MAX_VISITORS = 50;

export interface Receive {
  state(): ReceiveState;
  /** Opens or closes the LAN side; what is asked for meanwhile waits its turn. */
  set(on: boolean): Promise<Answer<ReceiveState>>;
  /** Speaks HTTPS from now on, or no longer; kept. */
  setHttps(https: boolean): Promise<Answer<ReceiveState>>;
  /** A device opened the page. */
  addVisitor(visitor: Visitor): void;
}

export interface ReceiveOptions {
  readonly server: Pick<RunningServer, 'openLan' | 'closeLan'>;
  /** Address to listen on. */
  readonly host: string;
  readonly onChange: (state: ReceiveState) => void;
  readonly settings: Pick<SettingsFile, 'get' | 'update'>;
}

/** "Receive from phones": off until a person turns it on. */
export function createReceive({ server, host, onChange, settings }: ReceiveOptions, log: Log): Receive {
  let state: ReceiveState = { on: false };
  let turn: Promise<unknown> = Promise.resolve();

  function become(next: ReceiveState): Answer<ReceiveState> {
    state = next;
    onChange(next);
    return succeed(next);
  }

  async function open(): Promise<Answer<ReceiveState>> {
    const onCode = (code: string): void => {
      if (state.on) become({ ...state, code });
    };
    const side = await openLan(server, { host, https: settings.get().https, onCode });
    return become({ on: true, ...side, visitors: [] });
  }

  async function apply(on: boolean): Promise<Answer<ReceiveState>> {
    if (on === state.on) return succeed(state);
    if (on) return open();
    await server.closeLan();
    return become({ on: false });
  }

  async function applyHttps(https: boolean): Promise<Answer<ReceiveState>> {
    settings.update({ https });
    if (!state.on || (state.fingerprint !== null) === https) return succeed(state);
    await apply(false);
    return open();
  }

  function inTurn(change: () => Promise<Answer<ReceiveState>>): Promise<Answer<ReceiveState>> {
    const answer = turn.then(change).catch((error: unknown) => {
      log('warn', 'receive:not-changed', { code: codeOf(error) });
      return refuse('LAN_NOT_OPENED');
    });
    turn = answer;
    return answer;
  }

  return {
    state: () => state,
    set: (on) => inTurn(() => apply(on)),
    setHttps: (https) => inTurn(() => applyHttps(https)),
    addVisitor(visitor) {
      if (!state.on) return;
      const others = state.visitors.filter((known) => known.name !== visitor.name);
      become({ ...state, visitors: [visitor, ...others].slice(0, MAX_VISITORS) });
    },
  };
}

async function openLan(server: Pick<RunningServer, 'openLan'>, options: Omit<LanOptions, 'port'>): Promise<LanSide> {
  try {
    return await server.openLan({ ...options, port: USUAL_PORT });
  } catch (error) {
    if (codeOf(error) !== 'PORT_IN_USE') throw error;
    return server.openLan({ ...options, port: 0 });
  }
}

import type { LanOptions, LanSide, Log, RunningServer } from '../../server/index.ts';
import type { Knock } from '../../server/contracts/lan.ts';
import type { Answer, ReceiveRules, ReceiveState, Visitor } from '../contracts/bridge.ts';
import { refuse, succeed } from './ipc/answer.ts';
import { createAutoOff } from './auto-off.ts';
import { codeOf } from './ipc/guards.ts';
import type { SettingsFile } from './settings.ts';

/** A port that people may find in their firewall's list; any other serves as well. */
const USUAL_PORT = 8484;
const MAX_VISITORS = 50;
/** The window is told of the same kind of knock no more often than this. */
const KNOCK_EVERY_MS = 5000;

export interface Receive {
  state(): ReceiveState;
  /** Opens or closes the LAN side; what is asked for meanwhile waits its turn. */
  set(on: boolean): Promise<Answer<ReceiveState>>;
  /** Speaks HTTPS from now on, or no longer; kept. */
  setHttps(https: boolean): Promise<Answer<ReceiveState>>;
  /** Through which networks, and until when; kept. The time counts from now. */
  setRules(rules: ReceiveRules): Promise<Answer<ReceiveState>>;
  /** A device opened the page. */
  addVisitor(visitor: Visitor): void;
  /** No longer turns anything off by itself. */
  stop(): void;
}

export interface ReceiveOptions {
  readonly server: Pick<RunningServer, 'openLan' | 'closeLan' | 'deviceUploads'>;
  /** Address to listen on. */
  readonly host: string;
  readonly onChange: (state: ReceiveState) => void;
  readonly settings: Pick<SettingsFile, 'get' | 'update'>;
  /** For tests; default: the clock. */
  readonly now?: () => number;
}

/** "Receive from phones": off until a person turns it on. */
export function createReceive({ server, host, onChange, settings, now = Date.now }: ReceiveOptions, log: Log): Receive {
  let state: ReceiveState = { on: false };
  let turn: Promise<unknown> = Promise.resolve();
  const knockedAtMs = new Map<Knock['kind'], number>();
  const autoOff = createAutoOff({
    now,
    isReceiving: () => server.deviceUploads() > 0,
    onPlan: () => change((open) => ({ ...open, off: autoOff.plan() })),
    turnOff: () => void inTurn(endByItself),
  });

  function become(next: ReceiveState): Answer<ReceiveState> {
    state = next;
    onChange(next);
    return succeed(next);
  }

  function change(to: (open: Extract<ReceiveState, { on: true }>) => ReceiveState): void {
    if (state.on) become(to(state));
  }

  function noteKnock(knock: Knock): void {
    const lastAtMs = knockedAtMs.get(knock.kind);
    // A clock that was set back is no silence, and nobody who knocks in two ways, or opens the page between, is told of more often.
    if (!state.on || (lastAtMs !== undefined && Math.abs(knock.atMs - lastAtMs) <= KNOCK_EVERY_MS)) return;
    knockedAtMs.set(knock.kind, knock.atMs);
    become({ ...state, knock });
  }

  /** Also again, when it is open and something of it was changed. */
  async function open(): Promise<Answer<ReceiveState>> {
    const { https, receive } = settings.get();
    const side = await openLan(server, {
      host, https, interfaces: receive.networks, onKnock: noteKnock,
      onChange: (changed) => change((before) => ({ ...before, ...changed })),
    });
    const before = state.on ? { visitors: state.visitors, knock: state.knock } : { visitors: [], knock: null };
    if (!state.on) autoOff.begin(receive.offAfter);
    return become({ on: true, ...side, ...before, off: autoOff.plan() });
  }

  async function close(endedAtMs?: number): Promise<Answer<ReceiveState>> {
    autoOff.stop();
    await server.closeLan();
    return become(endedAtMs === undefined ? { on: false } : { on: false, endedAtMs });
  }

  async function apply(on: boolean): Promise<Answer<ReceiveState>> {
    if (on === state.on) return succeed(state);
    return on ? open() : close();
  }

  async function endByItself(): Promise<Answer<ReceiveState>> {
    if (!state.on) return succeed(state);
    log('info', 'receive:ended', { rule: settings.get().receive.offAfter });
    return close(now());
  }

  async function applyHttps(https: boolean): Promise<Answer<ReceiveState>> {
    settings.update({ https });
    return state.on ? open() : succeed(state);
  }

  async function applyRules(rules: ReceiveRules): Promise<Answer<ReceiveState>> {
    const { receive: before } = settings.get();
    settings.update({ receive: rules });
    if (!state.on) return succeed(state);
    if (rules.offAfter !== before.offAfter) autoOff.begin(rules.offAfter);
    return open();
  }

  function inTurn(work: () => Promise<Answer<ReceiveState>>): Promise<Answer<ReceiveState>> {
    const answer = turn.then(work).catch((error: unknown) => {
      log('warn', 'receive:not-changed', { code: codeOf(error) });
      // The side is shut then, whatever it was before.
      autoOff.stop();
      if (state.on) become({ on: false });
      return refuse('LAN_NOT_OPENED');
    });
    turn = answer;
    return answer;
  }

  return {
    state: () => state,
    set: (on) => inTurn(() => apply(on)),
    setHttps: (https) => inTurn(() => applyHttps(https)),
    setRules: (rules) => inTurn(() => applyRules(rules)),
    addVisitor(visitor) {
      change((open) => ({ ...open, knock: null, visitors: [visitor, ...open.visitors.filter(({ name }) => name !== visitor.name)].slice(0, MAX_VISITORS) }));
    },
    stop: autoOff.stop,
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

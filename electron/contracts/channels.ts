import type { DuplicateRules } from '../../server/contracts/duplicates.ts';
import type { LanNetwork } from '../../server/contracts/lan.ts';
import type { Answer, BridgedAnswer, BridgedRequest, DesktopSettings, MenuCommand, ReceiveRules, ReceiveState, RecoveredUploads, SentFiles } from './bridge.ts';

/** Window asks, main answers. */
export interface InvokeChannels {
  'api:fetch': { readonly ask: BridgedRequest; readonly answer: BridgedAnswer };
  /** Paths come from `webUtils.getPathForFile` in the preload, never from the page. */
  'files:send': { readonly ask: { readonly paths: readonly string[] }; readonly answer: Answer<SentFiles> };
  'files:pick': { readonly ask: { readonly what: 'files' | 'folder' }; readonly answer: Answer<SentFiles | null> };
  'files:retry': { readonly ask: { readonly ids: readonly string[] }; readonly answer: Answer<null> };
  /** `null` for all. */
  'files:pause': { readonly ask: { readonly ids: readonly string[] | null }; readonly answer: Answer<null> };
  /** `null` for all. */
  'files:unpause': { readonly ask: { readonly ids: readonly string[] | null }; readonly answer: Answer<null> };
  'files:paused': { readonly ask: null; readonly answer: readonly string[] };
  'files:recovered': { readonly ask: null; readonly answer: RecoveredUploads };
  'files:show': { readonly ask: { readonly id: string | null }; readonly answer: Answer<null> };
  'settings:get': { readonly ask: null; readonly answer: DesktopSettings };
  'settings:choose-folder': { readonly ask: null; readonly answer: Answer<DesktopSettings | null> };
  'settings:set-duplicates': { readonly ask: DuplicateRules; readonly answer: Answer<DesktopSettings> };
  'settings:set-asking': { readonly ask: { readonly asks: boolean }; readonly answer: Answer<null> };
  'receive:get': { readonly ask: null; readonly answer: ReceiveState };
  /** Kept for the next time; while it is on, the addresses change at once. */
  'receive:set-https': { readonly ask: { readonly https: boolean }; readonly answer: Answer<ReceiveState> };
  'receive:networks': { readonly ask: null; readonly answer: readonly LanNetwork[] };
  'receive:set-rules': { readonly ask: ReceiveRules; readonly answer: Answer<DesktopSettings> };
  'receive:set': { readonly ask: { readonly on: boolean }; readonly answer: Answer<ReceiveState> };
}

/** Window tells, nobody answers. */
export interface SendChannels {
  'api:abort': { readonly id: string };
  'window:copy': { readonly text: string };
  'window:progress': { readonly fraction: number | null };
}

/** Main tells the window. */
export interface PushChannels {
  'receive:changed': ReceiveState;
  'files:paused-changed': readonly string[];
  /** `GET /api/devices` says something else now. */
  'devices:changed': null;
  'menu:command': MenuCommand;
}

export const INVOKE_CHANNELS = [
  'api:fetch', 'files:send', 'files:pick', 'files:retry', 'files:pause', 'files:unpause', 'files:paused', 'files:recovered', 'files:show',
  'settings:get', 'settings:choose-folder', 'settings:set-duplicates', 'receive:get', 'receive:set', 'receive:set-https',
  'receive:networks', 'receive:set-rules', 'settings:set-asking',
] as const satisfies readonly (keyof InvokeChannels)[];

export const SEND_CHANNELS = ['api:abort', 'window:copy', 'window:progress'] as const satisfies readonly (keyof SendChannels)[];

export const PUSH_CHANNELS = ['receive:changed', 'files:paused-changed', 'devices:changed', 'menu:command'] as const satisfies readonly (keyof PushChannels)[];

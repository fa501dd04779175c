import { shallowRef, type ShallowRef } from 'vue';
import type { ServerReply } from '../../../server/contracts/api.ts';
import { ApiFailure, ServerUnreachable } from '../../api/api-failure.ts';
import { createClient, type Client } from '../../api/client.ts';
import { createPagePlatform } from '../../api/page-platform.ts';
import type { SessionStore } from './session-store.ts';

export type CodeProblem =
  | { readonly kind: 'wrong' }
  /** The QR code is of an earlier time. */
  | { readonly kind: 'stale' }
  | { readonly kind: 'locked'; readonly waitMs: number | null }
  | { readonly kind: 'unreachable' }
  /** The owner ended the access of this device; with the code it may come back. */
  | { readonly kind: 'revoked' }
  /** It may not. */
  | { readonly kind: 'kept-out' };

export type SessionState =
  | { readonly kind: 'checking' }
  | { readonly kind: 'unreachable' }
  /** `again` when the page was in before and the list may hold files. */
  | { readonly kind: 'needs-code'; readonly problem: CodeProblem | null; readonly again: boolean; readonly asking: boolean }
  | { readonly kind: 'open'; readonly server: ServerReply };

export interface Session {
  readonly state: Readonly<ShallowRef<SessionState>>;
  readonly client: Client;
  /** Null when there is none. */
  readonly token: () => string | null;
  /** Finds out what the server asks for and gets in when it can. @param code from the QR code, if there is one */
  open(code: string | null): Promise<void>;
  enter(code: string): Promise<void>;
}

/** Phones like to turn two dashes into a long one; the server forgives only the short, and spaces, and lower case. */
function plainCode(typed: string): string {
  return typed.replace(/[‐-―]/gu, '-').trim();
}

/** Why a page that was in is not any more, where there is something to be said. */
function endedBy(code: string | null): CodeProblem | null {
  if (code === 'TOKEN_REVOKED') return { kind: 'revoked' };
  return code === 'DEVICE_REFUSED' ? { kind: 'kept-out' } : null;
}

/** A guest's way in: no token, a code, a token; and back when the token is no longer taken. @param opened called at every way in */
export function useSession(store: SessionStore, opened: () => void): Session {
  const state = shallowRef<SessionState>({ kind: 'checking' });
  let wasOpen = false;
  const platform = createPagePlatform({
    token: store.token,
    refused(token, code) {
      // A late answer to an older token says nothing about the one we have now.
      if (token !== store.token()) return;
      if (store.replaceToken()) opened();
      else if (state.value.kind === 'open') ask(endedBy(code));
    },
  });
  const client = createClient(platform.fetch);

  function ask(problem: CodeProblem | null): void {
    state.value = { kind: 'needs-code', problem, again: wasOpen, asking: false };
  }

  async function login(code: string | null): Promise<void> {
    const { token, expiresAtMs } = await client.call('POST /api/session', { body: { ...(code === null ? {} : { code }), device: store.device() } });
    store.setToken(token, expiresAtMs);
    state.value = { kind: 'open', server: await client.call('GET /api/server', {}) };
    wasOpen = true;
    opened();
  }

  function problemOf(error: unknown): CodeProblem {
    if (error instanceof ServerUnreachable) return { kind: 'unreachable' };
    if (!(error instanceof ApiFailure)) throw error;
    if (error.report.code === 'DEVICE_REFUSED') return { kind: 'kept-out' };
    if (error.status === 429) return { kind: 'locked', waitMs: error.retryAfterMs };
    if (error.report.code === 'INVITATION_INVALID') return { kind: 'stale' };
    return error.status === 401 ? { kind: 'wrong' } : { kind: 'unreachable' };
  }

  async function enter(code: string): Promise<void> {
    state.value = { kind: 'needs-code', problem: null, again: wasOpen, asking: true };
    await login(plainCode(code)).catch((error: unknown) => { ask(problemOf(error)); });
  }

  /** Who brings a code along need not see where codes are typed, unless it does not let them in. */
  async function openByCode(code: string): Promise<void> {
    try {
      await login(plainCode(code));
    } catch (error) {
      if (error instanceof ServerUnreachable) state.value = { kind: 'unreachable' };
      else ask(problemOf(error));
    }
  }

  /** Without a code: by the token of before a reload, or because the server asks for none. */
  async function openWithoutCode(): Promise<void> {
    const server = await client.call('GET /api/server', {});
    if (store.token() === null) await login(null);
    else {
      state.value = { kind: 'open', server };
      wasOpen = true;
      opened();
    }
  }

  return {
    state, client, enter, token: store.token,
    async open(code) {
      state.value = { kind: 'checking' };
      try {
        await openWithoutCode().catch(async (error: unknown) => {
          if (!(error instanceof ApiFailure) || error.status !== 401 || store.token() !== null) throw error;
          // The token of an earlier visit is refused and forgotten by now, or there was none: an open server lets us in.
          await openWithoutCode();
        });
      } catch (error) {
        const refused = error instanceof ApiFailure && error.status === 401;
        if (refused && code !== null) await openByCode(code);
        else if (refused) ask(endedBy(error.report.code));
        else if (error instanceof ApiFailure && error.report.code === 'DEVICE_REFUSED') ask({ kind: 'kept-out' });
        else if (error instanceof ApiFailure || error instanceof ServerUnreachable) state.value = { kind: 'unreachable' };
        else throw error;
      }
    },
  };
}

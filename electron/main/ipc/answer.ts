import { BRIDGE_FAILURES } from '../../contracts/bridge.ts';
import type { BridgeFailure, BridgeFailureCode } from '../../contracts/bridge.ts';

export function succeed<Value>(value: Value): { readonly ok: true; readonly value: Value } {
  return { ok: true, value };
}

export function refuse(code: BridgeFailureCode): { readonly ok: false; readonly failure: BridgeFailure } {
  return { ok: false, failure: { code, message: BRIDGE_FAILURES[code] } };
}

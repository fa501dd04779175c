import { findTool } from './tools.ts';

/**
 * Runs a program under strace: `startCli({ under: underStrace('-e', 'trace=fsync') })`. The program stays our own child (-D), so that a
 * test can end it, and is stopped only at the calls that are traced (--seccomp-bpf); at every call, a start costs half as much again.
 * Not for injected signals: after an injected error, strace 6.1 loses them that way.
 */
export function underStrace(...options: readonly string[]): readonly string[] {
  return [findTool('strace'), '-D', '-f', '--seccomp-bpf', '-qq', ...options];
}

/** The same for what only injects something, and keeps no trace. */
export function underInjection(...options: readonly string[]): readonly string[] {
  return underStrace('-o', '/dev/null', ...options);
}

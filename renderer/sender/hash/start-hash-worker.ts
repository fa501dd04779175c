/**
 * The worker is a file of its own, because only its answer carries the policy that lets WebAssembly run. It is a classic script:
 * Firefox has known module workers only since 114.
 */
export function startHashWorker(): Worker {
  return new Worker(new URL('./hash-worker.ts', import.meta.url));
}

/**
 * What becomes of a file when one of its name is in the folder already. `keep-both`: it gets another name. `skip-same`: when the one
 * that is there holds the same bytes, nothing is stored; otherwise as `keep-both`. `replace`: it takes the other's place in one step,
 * unless that is a folder, a link or a device, or came with the same batch; then as `keep-both`.
 */
export const DUPLICATE_POLICIES = ['keep-both', 'skip-same', 'replace'] as const;

export type DuplicatePolicy = (typeof DUPLICATE_POLICIES)[number];

/** What a server does with names that exist already, and who may say otherwise. */
export interface DuplicateRules {
  readonly policy: DuplicatePolicy;
  /** Guests may name another policy for a batch; the owner always may. */
  readonly guestsChoose: boolean;
}

/** Query parameter or field of a form, and tus metadata key, that name a policy; in JSON bodies and manifests the key is the same. */
export const DUPLICATES_FIELD = 'duplicates';

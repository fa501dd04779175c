import { DUPLICATE_POLICIES, type DuplicatePolicy, type DuplicateRules } from '../../contracts/duplicates.ts';
import { Failure } from '../../failure.ts';

/** True for one of the words of the contract. */
export function isDuplicatePolicy(value: unknown): value is DuplicatePolicy {
  return DUPLICATE_POLICIES.some((policy) => policy === value);
}

/** Who may decide what becomes of names that exist already. */
export class DuplicateChoice {
  #rules: DuplicateRules;

  constructor(rules: DuplicateRules) {
    this.#rules = rules;
  }

  /** What holds when a sender names nothing. */
  get usual(): DuplicatePolicy {
    return this.#rules.policy;
  }

  /** From now on; what is announced already stays as it was announced. */
  use(rules: DuplicateRules): void {
    this.#rules = rules;
  }

  /** What a sender may name. */
  allowed(isOwner: boolean): readonly DuplicatePolicy[] {
    return isOwner || this.#rules.guestsChoose ? DUPLICATE_POLICIES : [this.#rules.policy];
  }

  /**
   * Looks at what a sender named; undefined when it named nothing.
   * @throws Failure DUPLICATES_INVALID, DUPLICATES_NOT_ALLOWED
   */
  read(named: unknown, isOwner: boolean): DuplicatePolicy | undefined {
    if (named === undefined) return undefined;
    if (!isDuplicatePolicy(named)) throw new Failure('DUPLICATES_INVALID');
    if (!this.allowed(isOwner).includes(named)) throw new Failure('DUPLICATES_NOT_ALLOWED');
    return named;
  }
}

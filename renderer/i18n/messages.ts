import type { DuplicatePolicy } from '../../server/contracts/duplicates.ts';
import type { FailureCode } from '../../server/contracts/failure.ts';
import type { NoticedCode } from '../api/api-failure.ts';
import type { Format } from '../format.ts';

/** What a number of files is called: "photos" when all are pictures, "videos" when all are films. */
export type FileWord = 'photos' | 'videos' | 'files';

/** The outcome of a batch, or of all that was sent so far. */
export interface VerdictCounts {
  readonly word: FileWord;
  readonly total: number;
  readonly stored: number;
  /** Of the stored ones, those that both ends hashed to the same. */
  readonly verified: number;
  /** Of the stored ones, those of which the same bytes were there before. */
  readonly alreadyThere: number;
  readonly failed: number;
  readonly cancelled: number;
}

export type StateWord =
  | 'ready' | 'waiting' | 'receiving' | 'reconnecting' | 'interrupted' | 'paused' | 'finishing' | 'stored' | 'verified' | 'failed' | 'declined' | 'cancelled';

/** How a file fared with one of its name that was there before. */
export type ClashWord = 'wasThere' | 'replaced' | 'replacedSince';

/** What a bar shows, from what a browser claims to what both ends agree on. */
export type LayerWord = 'sent' | 'stored' | 'verified';

type FailureWords<Code extends FailureCode> = Readonly<Partial<Record<Code, readonly [what: string, next: string | null]>>>;

/** The words that window and page share, and the page's own, in one language. */
export interface Messages {
  readonly language: string;
  readonly files: (count: number, word: FileWord) => string;
  readonly states: Readonly<Record<StateWord, string>>;
  /** What happened and whether anything is lost; what its sender can do. Where absent, the server's own sentence is shown. */
  readonly failures: FailureWords<FailureCode> & Required<FailureWords<NoticedCode>>;
  /** Said of what failed and came from another device. */
  readonly onlySender: string;
  /** Of a file that does not get on now, and goes on by itself. */
  readonly waits: Readonly<Partial<Record<FailureCode, string>>>;
  readonly verdict: (counts: VerdictCounts) => string;
  /** \"3 were there already\" */
  readonly thereAlready: (count: number) => string;
  /** For the legend of a bar, with how far each layer is. */
  readonly layerAt: (layer: LayerWord, percent: string) => string;

  readonly progressOf: (received: string, size: string) => string;
  readonly timeLeft: (duration: string) => string;
  readonly from: (sender: string) => string;
  readonly overallProgress: string;
  readonly progressOfFile: (name: string) => string;
  readonly unreachable: string;
  readonly sizeUnknown: string;
  readonly keptAs: (name: string) => string;
  readonly fileList: string;

  /** Names that exist already. */
  readonly duplicates: {
    readonly title: string;
    readonly policies: Readonly<Record<DuplicatePolicy, string>>;
    readonly hints: Readonly<Record<DuplicatePolicy, string>>;
    readonly clashes: Readonly<Record<ClashWord, string>>;
  };

  readonly cancel: string;
  readonly cancelNamed: (name: string) => string;
  readonly cancelAll: string;
  readonly pauseNamed: (name: string) => string;
  readonly pauseAll: string;
  readonly resumeNamed: (name: string) => string;
  readonly resumeAll: string;
  readonly retryAll: string;
  readonly retry: string;
  readonly retryNamed: (name: string) => string;
  readonly removeNamed: (name: string) => string;
  readonly showNamed: (name: string) => string;
  readonly dismiss: string;
  readonly chooseFiles: string;
  readonly chooseFolder: string;
  readonly dropHere: string;
  readonly unreadableDropped: (names: string) => string;

  readonly page: {
    readonly title: string;
    readonly sendTo: (computer: string) => string;
    readonly choosePhotos: string;
    /** The verdict as its sender reads it. */
    readonly verdict: (counts: VerdictCounts) => string;
    readonly verdictDetail: (counts: VerdictCounts) => string;
    readonly promise: string;
    readonly alsoDrop: string;
    readonly preparing: string;
    readonly addMore: string;
    readonly send: (files: string, size: string) => string;
    readonly sendMore: string;
    readonly retryFailed: (count: number) => string;
    readonly startOver: string;
    readonly sending: (files: string) => string;
    /** Heading while nothing moves because all that is left is paused. */
    readonly paused: (files: string) => string;
    /** Beside the totals while other files move. */
    readonly pausedCount: (count: number) => string;
    readonly pausedHint: string;
    /** While the screen is kept on. */
    readonly awakeHint: string;
    /** While nothing can keep it on. */
    readonly screenHint: string;
    /** @param wait until the next try; null while one is under way */
    readonly reconnecting: (wait: string | null) => string;
    /** @param count of `counts.total` that the disk has no room for @param free what it has */
    readonly noRoom: (count: number, counts: VerdictCounts, free: string) => string;
    readonly announceSending: (files: string) => string;
    readonly announceHalf: string;
    readonly announcePaused: (files: string) => string;
    /** Heading above what an earlier visit left behind. */
    readonly unfinished: (files: string) => string;
    readonly unfinishedText: (count: number) => string;
    readonly chooseAgain: (count: number) => string;
    readonly forget: (count: number) => string;
    readonly arrivedMeanwhile: (files: string) => string;
    /** Picked files that are not sent again. */
    readonly leftOut: (files: string, count: number) => string;
    /** Picked files that are called and as large as one of an earlier visit, and are not it. */
    readonly otherDate: (names: readonly string[]) => string;
    readonly codeUnfinished: (files: string) => string;
    readonly checking: string;
    readonly noAnswer: string;
    readonly tryAgain: string;
    readonly help: string;
    readonly codeTitle: string;
    readonly codeWhere: string;
    readonly codeLabel: string;
    readonly codeGo: string;
    readonly codeWrong: string;
    readonly codeStale: string;
    readonly codeLocked: (wait: string | null) => string;
    readonly codeAgain: string;
    /** Instead of the above, when the owner has sent this device away. */
    readonly codeRevoked: string;
    readonly keptOut: string;
    /** While the owner is being asked. */
    readonly waitingForYes: string;
    readonly titleProgress: (percent: string) => string;
    readonly titlePaused: string;
    readonly titleDone: string;
    readonly titleAttention: string;
  };
}

export type CreateMessages = (format: Format) => Messages;

import type { FileWord, LayerWord, Messages, VerdictCounts } from './messages.ts';
import type { Format } from '../format.ts';

const plural = new Intl.PluralRules('en');

/** The form of a word that goes with a number. */
export function english(count: number, one: string, other: string): string {
  return plural.select(count) === 'one' ? one : other;
}

const NOUNS = {
  photos: ['photo', 'photos'],
  videos: ['video', 'videos'],
  files: ['file', 'files'],
} as const satisfies Readonly<Record<FileWord, readonly [string, string]>>;

const LAYERS: Readonly<Record<LayerWord, string>> = { sent: 'Sent', stored: 'Stored', verified: 'Verified' };

export function createEnglish({ count: show }: Format): Messages {
  const files = (count: number, word: FileWord): string => `${show(count)} ${english(count, NOUNS[word][0], NOUNS[word][1])}`;
  const checked = ({ stored, verified }: VerdictCounts): string => {
    if (verified === 0) return '';
    return verified < stored ? `, ${show(verified)} verified` : stored === 1 ? ', verified' : ', every one verified';
  };
  const thereAlready = (count: number): string => `${show(count)} ${english(count, 'was', 'were')} there already`;
  const verdict = (counts: VerdictCounts): string => {
    const { word, total, stored, alreadyThere, failed } = counts;
    const all = total === 1 ? files(1, word) : `All ${files(total, word)}`;
    if (alreadyThere === total) return `${all} ${english(total, 'was', 'were')} there already`;
    if (stored === total) return `${all} arrived${alreadyThere > 0 ? `, ${thereAlready(alreadyThere)}` : checked(counts)}`;
    if (failed === total) return `${files(total, word)} ${english(failed, 'needs', 'need')} you`;
    if (failed > 0) return `${files(total, word)}: ${show(stored)} stored, ${show(failed)} ${english(failed, 'needs', 'need')} you`;
    return stored === 0 ? 'Cancelled' : `${files(stored, word)} arrived${checked(counts)}`;
  };
  return {
    language: 'en',
    files,
    verdict,
    thereAlready,
    states: {
      ready: 'Ready', waiting: 'Waiting', receiving: 'Arriving', reconnecting: 'Reconnecting', interrupted: 'Interrupted',
      paused: 'Paused', finishing: 'Checking…', stored: 'Stored', verified: 'Verified', failed: 'Not sent', declined: 'Not accepted', cancelled: 'Cancelled',
    },
    failures: {
      FILE_TOO_LARGE: ['Larger than this computer accepts. Nothing of it was sent.', null],
      REQUEST_TOO_LARGE: ['Larger than this computer accepts. Nothing of it was stored.', null],
      INSUFFICIENT_STORAGE: ['Not enough free space on the computer.', 'Make room there, then retry.'],
      QUOTA_EXCEEDED: ['The upload folder is as full as its owner lets it get.', 'Make room there, then retry.'],
      FILE_TOO_LARGE_FOR_DISK: ['The computer’s disk cannot hold files over 4 GB. Nothing of it was sent.', null],
      FILE_CHANGED: ['The file changed or moved after you chose it.', 'Remove it here and choose it again.'],
      FILE_UNREADABLE: ['The file could not be read.', 'Remove it here and choose it again.'],
      DUPLICATES_NOT_ALLOWED: ['The computer no longer lets you choose what happens to names that exist. Nothing of it was stored.', 'Reload this page, then choose the file again.'],
      FILENAME_INVALID: ['The name cannot be used.', 'Rename the file and choose it again.'],
      PATH_TOO_DEEP: ['It lies too many folders deep.', 'Choose a folder nearer to it.'],
      PATH_TOO_LONG: ['Its path is too long.', 'Shorten a folder name and choose it again.'],
      SIZE_MISMATCH: ['It arrived incomplete and was not stored.', 'Retry.'],
      UPLOAD_ABORTED: ['The connection was lost and nothing of it was stored.', 'Retry.'],
      UPLOAD_STALLED: ['No data arrived for too long and nothing of it was stored.', 'Retry.'],
      MULTIPART_TRUNCATED: ['The connection was lost and nothing of it was stored.', 'Retry.'],
      SENDER_GONE: ['The sender went away before this file was sent.', null],
      STORAGE_IO_ERROR: ['The computer’s disk reported an error. The file was not stored.', null],
      STORAGE_UNAVAILABLE: ['The upload folder is not there, or cannot be written to, at the moment.', 'Retry later.'],
      SHUTTING_DOWN: ['The computer stopped receiving.', 'Retry when it is back.'],
      TOO_MANY_UPLOADS: ['The computer is very busy.', 'Retry in a moment.'],
      APPROVAL_REFUSED: ['The owner of the computer said: not now. Nothing was sent.', 'Ask them, then retry.'],
      APPROVAL_UNANSWERED: ['The owner of the computer was asked and did not answer. Nothing was sent.', 'Ask them, then retry.'],
      TOKEN_REVOKED: ['The owner ended the access of this device. What came of it was kept where it can go on.', 'Enter the code again.'],
      REQUEST_TIMEOUT: ['The connection was too slow and nothing of it was stored.', 'Retry.'],
      UPLOAD_LOCKED: ['An older connection still holds this file.', 'Retry in a moment.'],
      UPLOAD_EXPIRED: ['It was unfinished for too long and was given up.', 'Retry.'],
      UPLOAD_NOT_FOUND: ['The computer no longer knows this file.', 'Retry.'],
      TOKEN_INVALID: ['The access of this device is no longer valid.', 'Reload this page and enter the code again.'],
      HOST_NOT_ALLOWED: ['The computer does not answer under this address.', 'Scan its QR code again.'],
      CANCELLED: ['Cancelled. Nothing of it was stored.', null],
      INTERNAL: ['Something went wrong on the computer. The file was not stored.', 'Retry.'],
    },
    onlySender: 'It can be sent again from that device.',
    waits: {
      FILE_CHANGED: 'It cannot be read right now, and is tried once more.',
      APPROVAL_NEEDED: 'The owner of the computer is asked. After a yes it goes on by itself; nothing is sent until then.',
      INSUFFICIENT_STORAGE: 'The computer’s disk is full. It goes on by itself when there is room; nothing is lost.',
      QUOTA_EXCEEDED: 'The upload folder is as full as its owner lets it get. It goes on by itself when there is room; nothing is lost.',
      STORAGE_UNAVAILABLE: 'The upload folder is not there at the moment. It goes on by itself when it is back; nothing is lost.',
    },

    layerAt: (layer, percent) => `${LAYERS[layer]} ${percent}`,

    progressOf: (received, size) => `${received} of ${size}`,
    timeLeft: (duration) => `${duration} left`,
    from: (sender) => `from ${sender}`,
    overallProgress: 'Arrived so far',
    progressOfFile: (name) => `Progress of ${name}`,
    unreachable: 'The computer does not answer. Trying again…',
    sizeUnknown: 'size unknown',
    keptAs: (name) => `Kept as ${name}`,
    fileList: 'Files',

    duplicates: {
      title: 'If a name exists already',
      policies: { 'keep-both': 'Keep both', 'skip-same': 'Skip if it is the same file', replace: 'Replace' },
      hints: {
        'keep-both': 'Nothing is overwritten. The newer file gets a number: photo (1).jpg',
        'skip-same': 'What is there already, byte for byte, is not stored again. Other files are kept beside it.',
        replace: 'The newer file takes the place of the older one, which is gone then. Files sent together never replace each other.',
      },
      clashes: { wasThere: 'Was there already', replaced: 'Replaced an older file', replacedSince: 'Replaced by a newer file' },
    },

    cancel: 'Cancel',
    cancelNamed: (name) => `Cancel ${name}`,
    cancelAll: 'Cancel all',
    pauseNamed: (name) => `Pause ${name}`,
    pauseAll: 'Pause all',
    resumeNamed: (name) => `Resume ${name}`,
    resumeAll: 'Resume all',
    retryAll: 'Retry all',
    retry: 'Retry',
    retryNamed: (name) => `Retry ${name}`,
    removeNamed: (name) => `Remove ${name} from the list`,
    showNamed: (name) => `Show ${name} in its folder`,
    dismiss: 'Dismiss',
    chooseFiles: 'Choose files',
    chooseFolder: 'Choose a folder',
    dropHere: 'Drop to add',
    unreadableDropped: (names) => `Could not be read and was left out: ${names}`,

    page: {
      title: 'Slipway',
      sendTo: (computer) => `Send to ${computer}`,
      choosePhotos: 'Choose photos or files',
      verdict: (counts) => (counts.total === 1 && counts.stored === 1 ? `Your ${NOUNS[counts.word][0]} ${counts.alreadyThere === 1 ? 'was there already' : `arrived${checked(counts)}`}` : verdict(counts)),
      verdictDetail: ({ total, stored, verified, failed, cancelled }) => {
        if (verified === total) return 'What is on the computer is exactly what was here. You can close this page.';
        if (stored === total) return `${verified === 0 ? 'Stored on the computer' : `Stored on the computer. ${show(total - verified)} could not be compared with the original`}. You can close this page.`;
        if (failed > 0) return `${stored === 0 ? 'Nothing was stored.' : 'What is stored is safe.'} ${total === 1 ? 'Below it says' : 'Each file below says'} what to do.`;
        return stored === 0 ? 'Nothing was stored.' : `${show(cancelled)} cancelled. What arrived is safe.`;
      },
      promise: 'Photos, videos and files go straight to this computer, at full quality and to no other place.',
      alsoDrop: 'You can also drop or paste files here.',
      preparing: 'Many photos? Your phone may need a moment to prepare them.',
      addMore: 'Add more',
      send: (what, size) => `Send ${what} (${size})`,
      sendMore: 'Send more',
      retryFailed: (count) => (count === 1 ? 'Retry failed' : `Retry ${show(count)} failed`),
      startOver: 'Clear',
      sending: (what) => `Sending ${what}`,
      paused: (what) => `${what} paused`,
      pausedCount: (count) => `${show(count)} paused`,
      pausedHint: 'Nothing is lost. What has arrived stays on the computer until you resume.',
      awakeHint: 'Keep this page in front: it keeps the screen on until it is done.',
      screenHint: 'Keep this screen on until it is done. If it locks, sending goes on when you come back.',
      reconnecting: (wait) => `Connection lost. ${wait === null ? 'Trying again now.' : `Trying again in ${wait}.`} Nothing is lost.`,
      noRoom: (count, { total, word }, free) => `${total === 1 ? 'It does' : `${show(count)} of ${files(total, word)} ${english(count, 'does', 'do')}`} not fit: ${free} are free on the computer. Make room there and retry, or send less.`,
      announceSending: (what) => `Sending ${what}.`,
      announceHalf: 'Half of it has arrived.',
      announcePaused: (what) => `${what} paused.`,
      unfinished: (what) => `${what} did not finish`,
      unfinishedText: (count) => `Choose ${english(count, 'it', 'them')} again and only what is missing is sent.`,
      chooseAgain: (count) => `Choose ${english(count, 'it', 'them')} again`,
      forget: (count) => `Forget ${english(count, 'it', 'them')}`,
      arrivedMeanwhile: (what) => `${what} of your last visit arrived in the meantime.`,
      leftOut: (what, count) => `${what} had arrived before and ${english(count, 'is', 'are')} not sent again.`,
      otherDate: ([first = '', ...rest]) => (rest.length === 0
        ? `${first} has the name and size of a file that did not finish, but another date. It is taken for a new file.`
        : `${first} and ${show(rest.length)} more have names and sizes of files that did not finish, but other dates. They are taken for new files.`),
      codeUnfinished: (what) => `${what} did not finish. With the code from the computer’s screen you can go on.`,
      checking: 'Looking for the computer…',
      noAnswer: 'The computer does not answer. Are you on the same Wi-Fi, and is Slipway still open there?',
      tryAgain: 'Try again',
      help: 'Help',
      codeTitle: 'Enter the code',
      codeWhere: 'It is on the computer’s screen, below the QR code.',
      codeLabel: 'Code',
      codeGo: 'Continue',
      codeWrong: 'That code is not right. Look at the computer’s screen once more; it may have changed.',
      codeStale: 'This QR code is no longer valid. Scan the one on the computer’s screen now, or type the code below it.',
      codeLocked: (wait) => (wait === null ? 'Too many wrong codes. Wait a little, then try again.' : `Too many wrong codes. Try again in ${wait}.`),
      codeRevoked: 'The owner of the computer ended the access of this device. What arrived is safe, and the rest has stopped. Ask for the code; with it, sending goes on where it was.',
      waitingForYes: 'Waiting for a yes',
      keptOut: 'The owner of the computer takes nothing from this device at the moment. What arrived before is safe. Ask them to allow it again.',
      codeAgain: 'The code has changed. Enter the new one to go on; your list is still here.',
      titleProgress: (percent) => `${percent} · Slipway`,
      titlePaused: 'Paused · Slipway',
      titleDone: 'Arrived · Slipway',
      titleAttention: 'Needs you · Slipway',
    },

  };
}

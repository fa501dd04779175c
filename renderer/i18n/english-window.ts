import type { Format } from '../format.ts';
import { ENGLISH_CONNECTION } from './english-connection.ts';
import { english } from './english.ts';
import type { Messages } from './messages.ts';
import type { WindowMessages } from './window-messages.ts';

/** What became of a batch of which nothing came. */
const DECLINED: WindowMessages['declined'] = { APPROVAL_REFUSED: 'you said “not now”', APPROVAL_UNANSWERED: 'nobody answered', TOKEN_REVOKED: 'you ended its access', DEVICE_REFUSED: 'you keep it out' };

export function createEnglishWindow({ files, thereAlready }: Messages, { count: show }: Format): WindowMessages {
  const needsYou = (failed: number): string => `${show(failed)} ${english(failed, 'needs', 'need')} you`;
  return {
    emptyTitle: 'Nothing here yet',
    emptyText: 'Drop files or folders anywhere in this window.',
    dropOverlay: 'Drop to send',
    dropOverlayText: (folder) => `Files and folders land in ${folder}`,
    showInFolder: 'Show in folder',
    openFolder: 'Open the upload folder',
    clearFinished: 'Clear finished',
    uploadFolder: 'Upload folder',
    change: 'Change…',
    folderAway: (folder) => `The folder ${folder} is not there. Plug the disk in again or choose another folder. Nothing is lost.`,
    chooseAnother: 'Choose another…',
    sameNames: 'Same names…',
    guestsChoose: 'Guests may choose for what they send',
    totals: ({ total, moving, paused, interrupted, stored, verified, failed, declined }) => [
      files(total, 'files'),
      ...(moving > 0 ? [`${show(moving)} on the way`] : []),
      ...(paused > 0 ? [`${show(paused)} paused`] : []),
      ...(interrupted > 0 ? [`${show(interrupted)} interrupted`] : []),
      `${show(stored)} arrived${verified === 0 ? '' : verified < stored ? `, ${show(verified)} verified` : stored === 1 ? ', verified' : ', all verified'}`,
      ...(failed > 0 ? [needsYou(failed)] : []),
      ...(declined > 0 ? [`${show(declined)} not accepted`] : []),
    ].join(' · '),
    verdictFrom(counts, declined, sender) {
      const { word, total, stored, verified, alreadyThere } = counts;
      const failed = counts.failed - declined.count;
      const from = `${files(total, word)}${sender === null ? '' : ` from ${sender}`}: `;
      if (declined.count === total && declined.code !== null) return from + DECLINED[declined.code];
      if (stored < total) {
        const parts = [...(stored > 0 ? [`${show(stored)} stored`] : []), ...(failed > 0 ? [needsYou(failed)] : []), ...(declined.count > 0 ? [`${show(declined.count)} not accepted`] : [])];
        return from + (parts.length > 0 ? parts.join(', ') : 'cancelled');
      }
      const all = total === 1 ? 'stored' : 'all stored';
      if (alreadyThere > 0) return `${from}${alreadyThere === total ? `${english(total, 'was', 'all were')} there already` : `${all}, ${thereAlready(alreadyThere)}`}`;
      return from + (verified === total ? `${all} and verified` : verified > 0 ? `${all}, ${show(verified)} verified` : all);
    },
    declined: {
      APPROVAL_REFUSED: 'You said: not now. Nothing of it was sent.',
      APPROVAL_UNANSWERED: 'You were asked, and nobody answered in ten minutes. Nothing of it was sent.',
      TOKEN_REVOKED: 'You ended the access of this device.',
      DEVICE_REFUSED: 'You keep this device out.',
    },
    waitsForDevice: 'It continues when that device is back.',
    filter: 'Show',
    filters: { all: 'All', moving: 'On the way', attention: 'Needs you', stored: 'Arrived' },
    nothingInFilter: 'No file is in this state.',
    skipped: (count, first, reason) => (count === 1 ? `${first} was left out. ${reason}` : `${show(count)} were left out, ${first} among them. ${reason}`),
    sentFrom: (sender, time) => `${sender} · ${time}`,
    thisComputer: 'This computer',
    recovered(own, others) {
      const all = `Recovered ${show(own + others)} interrupted ${english(own + others, 'upload', 'uploads')}`;
      if (others === 0) return `${all}. ${english(own, 'It goes', 'They go')} on by ${english(own, 'itself', 'themselves')}.`;
      if (own === 0) return `${all} from other devices. ${english(others, 'It goes on when its device comes', 'They go on when those come')} back.`;
      return `${all}. ${show(own)} ${english(own, 'goes', 'go')} on by ${english(own, 'itself', 'themselves')}, ${show(others)} from other devices when those come back.`;
    },
    history: {
      title: 'History',
      close: 'Close the history',
      search: 'Search by name or sender',
      notFound: (words) => `Nothing that arrived is called “${words}”.`,
      failed: 'The list could not be read. Your files are not touched by that; the list is tried again with the next file that arrives.',
      emptyTitle: 'Nothing has arrived yet',
      emptyText: 'What arrives in the upload folder is listed here, also after a restart.',
      gone: 'No longer there',
      rowLabel: (name, isThere) => (isThere ? name : `${name}, no longer there`),
      clear: 'Clear history',
      clearTitle: 'Clear the history?',
      clearText: (count) => `${show(count)} ${english(count, 'entry goes', 'entries go')} from this list. The files themselves stay where they are.`,
      clearAll: 'Clear history',
      keep: 'Keep it',
    },
    devices: {
      words: { 'Android phone': 'Android phone', 'Android tablet': 'Android tablet', 'Windows PC': 'Windows PC', 'Linux PC': 'Linux PC', 'Unknown device': 'Unknown device' },
      title: 'Devices',
      close: 'Close the devices',
      hint: 'Who was let in with the code, and what they may do.',
      failed: 'The list could not be read. It is tried again by itself.',
      emptyTitle: 'Nobody was let in yet',
      emptyText: 'Whoever scans the QR code or enters the code is listed here. You can send a device away at any time; what has arrived stays.',
      here: 'Here now',
      lastSeen: (when) => `Last here: ${when}`,
      firstSeen: (day) => `First: ${day}`,
      sent: (sent) => `${sent} arrived`,
      rights: { always: 'Always allow', ask: 'Allow with the code', no: 'Never allow' },
      rightOf: (name) => `What ${name} may do`,
      out: 'Access ended',
      refused: 'Kept out',
      endAsking: 'End access…',
      end: 'End access',
      endOf: (name) => `End the access of ${name}`,
      remove: 'Remove from list',
      removeOf: (name) => `Remove ${name} from the list`,
      endTitle: (name) => `End the access of ${name}?`,
      endText: 'What it is sending stops at once. Files that have arrived stay. With the code it can come back; choose “Never allow” to keep it out.',
      keep: 'Leave it',
    },
    connection: ENGLISH_CONNECTION,
    asking: {
      setting: 'Ask me before a new device sends',
      first: 'Ask me first',
      wants: (device, what, size) => `${device} wants to send ${what ?? 'files'}${size === null ? '' : ` (${size})`}`,
      hint: 'Nothing is sent until you say yes.',
      others: (count) => `Nothing is sent until you say yes. ${show(count)} more ${english(count, 'device waits', 'devices wait')}.`,
      once: 'Allow once',
      always: 'Always allow this device',
      no: 'Not now',
    },
    bridgeFailures: {},
    receive: {
      title: 'Receive from phones',
      off: 'Turn on, and anyone near you who has the code can send files to this computer. No app, no account.',
      on: 'On',
      scan: 'Scan with the phone’s camera',
      qrLabel: (link) => `QR code for ${link}`,
      code: 'Code',
      or: 'Or open in a browser',
      waiting: 'Waiting for the first device',
      opened: (visitor) => `${visitor} opened the page`,
      https: 'Encrypt (HTTPS)',
      httpsOff: 'Not encrypted: whoever is in this network and knows how can read what is sent, and the code with it. Fine at home; elsewhere, turn this on.',
      httpsOn: 'Phones warn once, because only this computer vouches for itself. It is the right one if the certificate shows this SHA-256 fingerprint:',
      otherAddresses: (count) => `${show(count)} other ${english(count, 'address', 'addresses')}`,
      showQr: 'Show QR code',
      showQrOf: (address) => `Show the QR code for ${address}`,
      settings: 'Networks and time…',
      offAfter: 'Turn off by itself',
      offRules: { never: 'Never', '1h': 'After 1 hour', '8h': 'After 8 hours', idle: 'When nothing has arrived for 30 minutes' },
      offIn: (duration) => `Turns off in ${duration}`,
      heldOpen: 'Stays on until what is arriving is here',
      ended: (time) => `Turned off by itself at ${time}, as you asked. What had arrived of unfinished files is kept.`,
      networks: 'Devices come in through',
      allNetworks: 'all networks of this computer',
      onlyNetworks: 'only these',
      networkAway: 'Not connected now; used when it is back',
    },
  };
}

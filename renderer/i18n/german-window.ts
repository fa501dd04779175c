import type { Format } from '../format.ts';
import { GERMAN_CONNECTION } from './german-connection.ts';
import { german } from './german.ts';
import type { Messages } from './messages.ts';
import type { WindowMessages } from './window-messages.ts';

/** What became of a batch of which nothing came. */
const DECLINED: WindowMessages['declined'] = { APPROVAL_REFUSED: 'Sie sagten „jetzt nicht“', APPROVAL_UNANSWERED: 'niemand hat geantwortet', TOKEN_REVOKED: 'Sie haben den Zugang beendet', DEVICE_REFUSED: 'Sie haben das Gerät ausgesperrt' };

export function createGermanWindow({ files, thereAlready }: Messages, { count: show }: Format): WindowMessages {
  const needsYou = (failed: number): string => `${show(failed)} ${german(failed, 'braucht', 'brauchen')} Sie`;
  return {
    emptyTitle: 'Noch nichts da',
    emptyText: 'Ziehen Sie Dateien oder Ordner irgendwo in dieses Fenster.',
    dropOverlay: 'Zum Senden loslassen',
    dropOverlayText: (folder) => `Dateien und Ordner landen in ${folder}`,
    showInFolder: 'Im Ordner zeigen',
    openFolder: 'Upload-Ordner öffnen',
    clearFinished: 'Fertige entfernen',
    uploadFolder: 'Upload-Ordner',
    change: 'Ändern …',
    folderAway: (folder) => `Der Ordner ${folder} ist nicht da. Das Laufwerk wieder anschließen oder einen anderen Ordner wählen. Nichts geht verloren.`,
    chooseAnother: 'Anderen wählen …',
    sameNames: 'Gleiche Namen …',
    guestsChoose: 'Gäste dürfen für das wählen, was sie senden',
    totals: ({ total, moving, paused, interrupted, stored, verified, failed, declined }) => [
      files(total, 'files'),
      ...(moving > 0 ? [`${show(moving)} unterwegs`] : []),
      ...(paused > 0 ? [`${show(paused)} angehalten`] : []),
      ...(interrupted > 0 ? [`${show(interrupted)} unterbrochen`] : []),
      `${show(stored)} angekommen${verified === 0 ? '' : verified < stored ? `, ${show(verified)} geprüft` : stored === 1 ? ', geprüft' : ', alle geprüft'}`,
      ...(failed > 0 ? [needsYou(failed)] : []),
      ...(declined > 0 ? [`${show(declined)} nicht angenommen`] : []),
    ].join(' · '),
    verdictFrom(counts, declined, sender) {
      const { word, total, stored, verified, alreadyThere } = counts;
      const failed = counts.failed - declined.count;
      const from = `${files(total, word)}${sender === null ? '' : ` von ${sender}`}: `;
      if (declined.count === total && declined.code !== null) return from + DECLINED[declined.code];
      if (stored < total) {
        const parts = [...(stored > 0 ? [`${show(stored)} gespeichert`] : []), ...(failed > 0 ? [needsYou(failed)] : []), ...(declined.count > 0 ? [`${show(declined.count)} nicht angenommen`] : [])];
        return from + (parts.length > 0 ? parts.join(', ') : 'abgebrochen');
      }
      const all = total === 1 ? 'gespeichert' : 'alle gespeichert';
      if (alreadyThere > 0) return `${from}${alreadyThere === total ? `${german(total, 'war', 'waren alle')} schon da` : `${all}, ${thereAlready(alreadyThere)}`}`;
      return from + (verified === total ? `${all} und geprüft` : verified > 0 ? `${all}, ${show(verified)} geprüft` : all);
    },
    declined: {
      APPROVAL_REFUSED: 'Sie sagten: jetzt nicht. Nichts davon wurde gesendet.',
      APPROVAL_UNANSWERED: 'Sie wurden gefragt, und zehn Minuten lang kam keine Antwort. Nichts davon wurde gesendet.',
      TOKEN_REVOKED: 'Sie haben den Zugang dieses Geräts beendet.',
      DEVICE_REFUSED: 'Sie haben dieses Gerät ausgesperrt.',
    },
    waitsForDevice: 'Es geht weiter, sobald jenes Gerät wieder da ist.',
    filter: 'Zeigen',
    filters: { all: 'Alle', moving: 'Unterwegs', attention: 'Braucht Sie', stored: 'Angekommen' },
    nothingInFilter: 'Keine Datei ist in diesem Zustand.',
    skipped: (count, first, reason) => (count === 1 ? `${first} wurde ausgelassen. ${reason}` : `${show(count)} wurden ausgelassen, darunter ${first}. ${reason}`),
    sentFrom: (sender, time) => `${sender} · ${time}`,
    thisComputer: 'Dieser Computer',
    recovered(own, others) {
      const all = `${show(own + others)} ${german(own + others, 'unterbrochener Upload', 'unterbrochene Uploads')} wiedergefunden`;
      if (others === 0) return `${all}. ${german(own, 'Er geht', 'Sie gehen')} von selbst weiter.`;
      if (own === 0) return `${all}, von anderen Geräten. ${german(others, 'Er geht weiter, sobald sein Gerät wieder da ist', 'Sie gehen weiter, sobald diese wieder da sind')}.`;
      return `${all}. ${show(own)} ${german(own, 'geht', 'gehen')} von selbst weiter, ${show(others)} von anderen Geräten, sobald diese wieder da sind.`;
    },
    history: {
      title: 'Verlauf',
      close: 'Verlauf schließen',
      search: 'Nach Name oder Absender suchen',
      notFound: (words) => `Nichts Angekommenes heißt „${words}“.`,
      failed: 'Die Liste ließ sich nicht lesen. Die Dateien betrifft das nicht; mit der nächsten, die ankommt, wird es noch einmal versucht.',
      emptyTitle: 'Noch ist nichts angekommen',
      emptyText: 'Was im Upload-Ordner ankommt, steht hier, auch nach einem Neustart.',
      gone: 'Nicht mehr da',
      rowLabel: (name, isThere) => (isThere ? name : `${name}, nicht mehr da`),
      clear: 'Verlauf leeren',
      clearTitle: 'Verlauf leeren?',
      clearText: (count) => `${show(count)} ${german(count, 'Eintrag verschwindet', 'Einträge verschwinden')} aus dieser Liste. Die Dateien selbst bleiben, wo sie sind.`,
      clearAll: 'Verlauf leeren',
      keep: 'Behalten',
    },
    devices: {
      words: { 'Android phone': 'Android-Telefon', 'Android tablet': 'Android-Tablet', 'Windows PC': 'Windows-PC', 'Linux PC': 'Linux-PC', 'Unknown device': 'Unbekanntes Gerät' },
      title: 'Geräte',
      close: 'Geräte schließen',
      hint: 'Wer mit dem Code hereingekommen ist und was er darf.',
      failed: 'Die Liste ließ sich nicht lesen. Es wird von selbst noch einmal versucht.',
      emptyTitle: 'Noch war niemand da',
      emptyText: 'Wer den QR-Code scannt oder den Code eingibt, steht hier. Sie können ein Gerät jederzeit wegschicken; was angekommen ist, bleibt.',
      here: 'Gerade da',
      lastSeen: (when) => `Zuletzt da: ${when}`,
      firstSeen: (day) => `Zuerst: ${day}`,
      sent: (sent) => `${sent} angekommen`,
      rights: { always: 'Immer erlauben', ask: 'Mit dem Code erlauben', no: 'Nie erlauben' },
      rightOf: (name) => `Was ${name} darf`,
      out: 'Zugang beendet',
      refused: 'Ausgesperrt',
      endAsking: 'Zugang beenden …',
      end: 'Zugang beenden',
      endOf: (name) => `Zugang von ${name} beenden`,
      remove: 'Aus der Liste nehmen',
      removeOf: (name) => `${name} aus der Liste nehmen`,
      endTitle: (name) => `Zugang von ${name} beenden?`,
      endText: 'Was es gerade sendet, bricht sofort ab. Angekommene Dateien bleiben. Mit dem Code kann es wiederkommen; „Nie erlauben“ sperrt es aus.',
      keep: 'Lassen',
    },
    connection: GERMAN_CONNECTION,
    asking: {
      setting: 'Mich fragen, bevor ein neues Gerät sendet',
      first: 'Mich erst fragen',
      wants: (device, what, size) => `${device} möchte ${what ?? 'Dateien'} senden${size === null ? '' : ` (${size})`}`,
      hint: 'Bis Sie Ja sagen, wird nichts gesendet.',
      others: (count) => `Bis Sie Ja sagen, wird nichts gesendet. ${show(count)} ${german(count, 'weiteres Gerät wartet', 'weitere Geräte warten')}.`,
      once: 'Einmal erlauben',
      always: 'Immer erlauben',
      no: 'Jetzt nicht',
    },
    bridgeFailures: {
      FOLDER_NOT_WRITABLE: 'In diesen Ordner kann nicht geschrieben werden.',
      FILE_MISSING: 'Die Datei ist nicht mehr da.',
      LAN_NOT_OPENED: 'Die Netzwerkseite ließ sich nicht öffnen.',
      SERVER_UNREACHABLE: 'Der Upload-Server dieser App antwortet nicht.',
      NOT_POSSIBLE: 'Das ging nicht.',
    },
    receive: {
      title: 'Von Telefonen empfangen',
      off: 'Einschalten, und wer in der Nähe den Code hat, kann Dateien an diesen Computer senden. Ohne App, ohne Konto.',
      on: 'An',
      scan: 'Mit der Kamera des Telefons scannen',
      qrLabel: (link) => `QR-Code für ${link}`,
      code: 'Code',
      or: 'Oder im Browser öffnen',
      waiting: 'Warten auf das erste Gerät',
      opened: (visitor) => `${visitor} hat die Seite geöffnet`,
      https: 'Verschlüsseln (HTTPS)',
      httpsOff: 'Nicht verschlüsselt: Wer in diesem Netz ist und weiß, wie, kann mitlesen, was gesendet wird, auch den Code. Zu Hause ist das in Ordnung; schalten Sie es anderswo ein.',
      httpsOn: 'Telefone warnen einmal, weil nur dieser Computer für sich bürgt. Es ist der richtige, wenn das Zertifikat diesen SHA-256-Fingerabdruck zeigt:',
      otherAddresses: (count) => `${show(count)} weitere ${german(count, 'Adresse', 'Adressen')}`,
      showQr: 'QR-Code zeigen',
      showQrOf: (address) => `QR-Code für ${address} zeigen`,
      settings: 'Netze und Dauer …',
      offAfter: 'Von selbst ausschalten',
      offRules: { never: 'Nie', '1h': 'Nach 1 Stunde', '8h': 'Nach 8 Stunden', idle: 'Wenn 30 Minuten nichts angekommen ist' },
      offIn: (duration) => `Schaltet sich aus in ${duration}`,
      heldOpen: 'Bleibt an, bis da ist, was gerade ankommt',
      ended: (time) => `Hat sich um ${time} ausgeschaltet, wie gewünscht. Was von unfertigen Dateien da war, bleibt.`,
      networks: 'Zugang haben Geräte über',
      allNetworks: 'alle Netze dieses Computers',
      onlyNetworks: 'nur diese',
      networkAway: 'Gerade nicht verbunden; gilt, sobald es wieder da ist',
    },
  };
}

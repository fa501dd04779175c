import type { FileWord, LayerWord, Messages, VerdictCounts } from './messages.ts';
import type { Format } from '../format.ts';

const plural = new Intl.PluralRules('de');

/** The form of a word that goes with a number. */
export function german(count: number, one: string, other: string): string {
  return plural.select(count) === 'one' ? one : other;
}

const NOUNS = {
  photos: ['Foto', 'Fotos'],
  videos: ['Video', 'Videos'],
  files: ['Datei', 'Dateien'],
} as const satisfies Readonly<Record<FileWord, readonly [string, string]>>;

const LAYERS: Readonly<Record<LayerWord, string>> = { sent: 'Gesendet', stored: 'Gespeichert', verified: 'Geprüft' };

export function createGerman({ count: show }: Format): Messages {
  const files = (count: number, word: FileWord): string => `${show(count)} ${german(count, NOUNS[word][0], NOUNS[word][1])}`;
  const checked = ({ word, stored, verified }: VerdictCounts): string => {
    if (verified === 0) return '';
    return verified < stored ? `, ${show(verified)} geprüft` : stored === 1 ? ' und geprüft' : `, ${word === 'files' ? 'jede' : 'jedes'} einzelne geprüft`;
  };
  const thereAlready = (count: number): string => `${show(count)}\u00a0${german(count, 'war', 'waren')} schon\u00a0da`;
  const verdict = (counts: VerdictCounts): string => {
    const { word, total, stored, alreadyThere, failed } = counts;
    if (alreadyThere === total) return `${total === 1 ? `${files(1, word)} war` : `Alle ${files(total, word)} waren`} schon da`;
    if (stored === total) return `${total === 1 ? `${files(1, word)} ist` : `Alle ${files(total, word)} sind`} angekommen${alreadyThere > 0 ? `, ${thereAlready(alreadyThere)}` : checked(counts)}`;
    if (failed === total) return `${files(total, word)} ${german(failed, 'braucht', 'brauchen')} Sie`;
    if (failed > 0) return `${files(total, word)}: ${show(stored)} gespeichert, ${show(failed)} ${german(failed, 'braucht', 'brauchen')} Sie`;
    return stored === 0 ? 'Abgebrochen' : `${files(stored, word)} ${german(stored, 'ist', 'sind')} angekommen${checked(counts)}`;
  };
  return {
    language: 'de',
    files,
    verdict,
    thereAlready,
    states: {
      ready: 'Bereit', waiting: 'Wartet', receiving: 'Kommt an', reconnecting: 'Verbindet neu', interrupted: 'Unterbrochen',
      paused: 'Angehalten', finishing: 'Wird geprüft …', stored: 'Gespeichert', verified: 'Geprüft', failed: 'Nicht gesendet', declined: 'Nicht angenommen', cancelled: 'Abgebrochen',
    },
    failures: {
      FILE_TOO_LARGE: ['Größer, als dieser Computer annimmt. Nichts davon wurde gesendet.', null],
      REQUEST_TOO_LARGE: ['Größer, als dieser Computer annimmt. Nichts davon wurde gespeichert.', null],
      INSUFFICIENT_STORAGE: ['Auf dem Computer ist nicht genug Platz frei.', 'Dort Platz schaffen, dann erneut versuchen.'],
      QUOTA_EXCEEDED: ['Der Upload-Ordner ist so voll, wie er werden darf.', 'Dort Platz schaffen, dann erneut versuchen.'],
      FILE_TOO_LARGE_FOR_DISK: ['Das Laufwerk des Computers fasst keine Dateien über 4 GB. Nichts davon wurde gesendet.', null],
      FILE_CHANGED: ['Die Datei wurde nach der Auswahl verändert oder verschoben.', 'Hier entfernen und neu auswählen.'],
      FILE_UNREADABLE: ['Die Datei konnte nicht gelesen werden.', 'Hier entfernen und neu auswählen.'],
      DUPLICATES_NOT_ALLOWED: ['Der Computer lässt nicht mehr wählen, was mit Namen geschieht, die es schon gibt. Nichts davon wurde gespeichert.', 'Diese Seite neu laden und die Datei neu wählen.'],
      FILENAME_INVALID: ['Der Name ist nicht verwendbar.', 'Datei umbenennen und neu auswählen.'],
      PATH_TOO_DEEP: ['Sie liegt zu viele Ordner tief.', 'Einen Ordner wählen, der näher an ihr liegt.'],
      PATH_TOO_LONG: ['Ihr Pfad ist zu lang.', 'Einen Ordnernamen kürzen und neu auswählen.'],
      SIZE_MISMATCH: ['Sie kam unvollständig an und wurde nicht gespeichert.', 'Erneut versuchen.'],
      UPLOAD_ABORTED: ['Die Verbindung brach ab, nichts davon wurde gespeichert.', 'Erneut versuchen.'],
      UPLOAD_STALLED: ['Zu lange kamen keine Daten an, nichts davon wurde gespeichert.', 'Erneut versuchen.'],
      MULTIPART_TRUNCATED: ['Die Verbindung brach ab, nichts davon wurde gespeichert.', 'Erneut versuchen.'],
      SENDER_GONE: ['Der Absender war weg, bevor diese Datei gesendet wurde.', null],
      STORAGE_IO_ERROR: ['Das Laufwerk des Computers meldet einen Fehler. Die Datei wurde nicht gespeichert.', null],
      STORAGE_UNAVAILABLE: ['Der Upload-Ordner ist gerade nicht da oder nicht beschreibbar.', 'Später erneut versuchen.'],
      SHUTTING_DOWN: ['Der Computer empfängt nicht mehr.', 'Erneut versuchen, wenn er wieder da ist.'],
      TOO_MANY_UPLOADS: ['Der Computer ist sehr beschäftigt.', 'Gleich noch einmal versuchen.'],
      APPROVAL_REFUSED: ['Am Computer hieß es: jetzt nicht. Nichts wurde gesendet.', 'Fragen Sie nach, dann noch einmal versuchen.'],
      APPROVAL_UNANSWERED: ['Am Computer wurde gefragt, und niemand hat geantwortet. Nichts wurde gesendet.', 'Fragen Sie nach, dann noch einmal versuchen.'],
      TOKEN_REVOKED: ['Der Zugang dieses Geräts wurde beendet. Was davon da ist, wurde behalten, wo es weitergehen kann.', 'Geben Sie den Code noch einmal ein.'],
      REQUEST_TIMEOUT: ['Die Verbindung war zu langsam, nichts davon wurde gespeichert.', 'Noch einmal versuchen.'],
      UPLOAD_LOCKED: ['Eine ältere Verbindung hält diese Datei noch.', 'Gleich noch einmal versuchen.'],
      UPLOAD_EXPIRED: ['Sie war zu lange unfertig und wurde aufgegeben.', 'Noch einmal versuchen.'],
      UPLOAD_NOT_FOUND: ['Der Computer kennt diese Datei nicht mehr.', 'Noch einmal versuchen.'],
      TOKEN_INVALID: ['Der Zugang dieses Geräts gilt nicht mehr.', 'Laden Sie diese Seite neu und geben Sie den Code noch einmal ein.'],
      HOST_NOT_ALLOWED: ['Unter dieser Adresse antwortet der Computer nicht.', 'Scannen Sie seinen QR-Code noch einmal.'],
      CANCELLED: ['Abgebrochen. Nichts davon wurde gespeichert.', null],
      INTERNAL: ['Auf dem Computer ging etwas schief. Die Datei wurde nicht gespeichert.', 'Erneut versuchen.'],
    },
    onlySender: 'Von jenem Gerät aus kann sie noch einmal gesendet werden.',
    waits: {
      FILE_CHANGED: 'Sie lässt sich gerade nicht lesen; gleich wird es noch einmal versucht.',
      APPROVAL_NEEDED: 'Am Computer wird gefragt. Nach einem Ja geht es von selbst los; bis dahin wird nichts gesendet.',
      INSUFFICIENT_STORAGE: 'Das Laufwerk des Computers ist voll. Sobald Platz ist, geht es von selbst weiter; nichts geht verloren.',
      QUOTA_EXCEEDED: 'Der Upload-Ordner ist so voll, wie er werden darf. Sobald Platz ist, geht es von selbst weiter; nichts geht verloren.',
      STORAGE_UNAVAILABLE: 'Der Upload-Ordner ist gerade nicht da. Sobald er zurück ist, geht es von selbst weiter; nichts geht verloren.',
    },

    layerAt: (layer, percent) => `${LAYERS[layer]} ${percent}`,

    progressOf: (received, size) => `${received} von ${size}`,
    timeLeft: (duration) => `noch ${duration}`,
    from: (sender) => `von ${sender}`,
    overallProgress: 'Bisher angekommen',
    progressOfFile: (name) => `Fortschritt von ${name}`,
    unreachable: 'Der Computer antwortet nicht. Neuer Versuch läuft …',
    sizeUnknown: 'Größe unbekannt',
    keptAs: (name) => `Gespeichert als ${name}`,
    fileList: 'Dateien',

    duplicates: {
      title: 'Wenn es einen Namen schon gibt',
      policies: { 'keep-both': 'Beide behalten', 'skip-same': 'Gleiche Datei überspringen', replace: 'Ersetzen' },
      hints: {
        'keep-both': 'Nichts wird überschrieben. Die neuere Datei bekommt eine Nummer: foto (1).jpg',
        'skip-same': 'Was Byte für Byte schon da ist, wird nicht noch einmal gespeichert. Andere Dateien kommen daneben.',
        replace: 'Die neuere Datei tritt an die Stelle der älteren, die dann weg ist. Was zusammen gesendet wird, ersetzt einander nie.',
      },
      clashes: { wasThere: 'War schon da', replaced: 'Hat eine ältere Datei ersetzt', replacedSince: 'Durch eine neuere Datei ersetzt' },
    },

    cancel: 'Abbrechen',
    cancelNamed: (name) => `${name} abbrechen`,
    cancelAll: 'Alle abbrechen',
    pauseNamed: (name) => `${name} anhalten`,
    pauseAll: 'Alle anhalten',
    resumeNamed: (name) => `${name} fortsetzen`,
    resumeAll: 'Alle fortsetzen',
    retryAll: 'Alle erneut versuchen',
    retry: 'Erneut versuchen',
    retryNamed: (name) => `${name} erneut versuchen`,
    removeNamed: (name) => `${name} aus der Liste entfernen`,
    showNamed: (name) => `${name} im Ordner zeigen`,
    dismiss: 'Schließen',
    chooseFiles: 'Dateien wählen',
    chooseFolder: 'Ordner wählen',
    dropHere: 'Zum Hinzufügen loslassen',
    unreadableDropped: (names) => `Nicht lesbar und ausgelassen: ${names}`,

    page: {
      title: 'Slipway',
      sendTo: (computer) => `An ${computer} senden`,
      choosePhotos: 'Fotos oder Dateien wählen',
      verdict,
      verdictDetail: ({ total, stored, verified, failed, cancelled }) => {
        if (verified === total) return 'Auf dem Computer ist genau das, was hier war. Sie können diese Seite schließen.';
        if (stored === total) return `Auf dem Computer gespeichert.${verified === 0 ? '' : ` ${show(total - verified)} ${german(total - verified, 'konnte', 'konnten')} nicht mit dem Original verglichen werden.`} Sie können diese Seite schließen.`;
        if (failed > 0) return `${stored === 0 ? 'Nichts wurde gespeichert.' : 'Was gespeichert ist, ist sicher.'} ${total === 1 ? 'Unten' : 'Bei jeder Datei unten'} steht, was zu tun ist.`;
        return stored === 0 ? 'Nichts wurde gespeichert.' : `${show(cancelled)} abgebrochen. Was angekommen ist, ist sicher.`;
      },
      promise: 'Fotos, Videos und Dateien gehen direkt an diesen Computer, in voller Qualität und sonst nirgendwohin.',
      alsoDrop: 'Sie können Dateien auch hierher ziehen oder einfügen.',
      preparing: 'Viele Fotos? Ihr Telefon braucht vielleicht einen Moment, um sie vorzubereiten.',
      addMore: 'Mehr hinzufügen',
      send: (what, size) => `${what} senden (${size})`,
      sendMore: 'Mehr senden',
      retryFailed: (count) => (count === 1 ? 'Erneut versuchen' : `${show(count)} erneut versuchen`),
      startOver: 'Leeren',
      sending: (what) => `${what} unterwegs`,
      paused: (what) => `${what} angehalten`,
      pausedCount: (count) => `${show(count)} angehalten`,
      pausedHint: 'Nichts geht verloren. Was angekommen ist, bleibt auf dem Computer, bis Sie fortsetzen.',
      awakeHint: 'Lassen Sie diese Seite vorn: Dann bleibt der Bildschirm an, bis alles da ist.',
      screenHint: 'Lassen Sie den Bildschirm an, bis alles da ist. Sperrt er sich, geht es weiter, sobald Sie zurückkommen.',
      reconnecting: (wait) => `Verbindung verloren. ${wait === null ? 'Neuer Versuch jetzt.' : `Neuer Versuch in ${wait.replace(/\.$/u, '')}.`} Nichts geht verloren.`,
      noRoom: (count, { total, word }, free) => `${total === 1 ? 'Dafür reicht der Platz nicht' : `Für ${show(count)} von ${files(total, word)} reicht der Platz nicht`}: Auf dem Computer sind ${free} frei. Dort Platz schaffen und erneut versuchen, oder weniger senden.`,
      announceSending: (what) => `${what} unterwegs.`,
      announceHalf: 'Die Hälfte ist angekommen.',
      announcePaused: (what) => `${what} angehalten.`,
      unfinished: (what) => `${what} nicht fertig gesendet`,
      unfinishedText: (count) => `Wählen Sie ${german(count, 'sie', 'sie alle')} noch einmal, und nur das Fehlende wird gesendet.`,
      chooseAgain: () => 'Noch einmal wählen',
      forget: () => 'Vergessen',
      arrivedMeanwhile: (what) => `${what} Ihres letzten Besuchs: inzwischen angekommen.`,
      leftOut: (what, count) => `${what} ${german(count, 'war', 'waren')} schon angekommen und ${german(count, 'wird', 'werden')} nicht noch einmal gesendet.`,
      otherDate: ([first = '', ...rest]) => (rest.length === 0
        ? `${first} heißt wie eine nicht fertig gesendete Datei und ist gleich groß, hat aber ein anderes Datum. Sie gilt als neue Datei.`
        : `${first} und ${show(rest.length)} weitere heißen wie nicht fertig gesendete Dateien und sind gleich groß, haben aber ein anderes Datum. Sie gelten als neue Dateien.`),
      codeUnfinished: (what) => `${what} nicht fertig gesendet. Mit dem Code vom Bildschirm des Computers geht es weiter.`,
      checking: 'Der Computer wird gesucht …',
      noAnswer: 'Der Computer antwortet nicht. Sind Sie im selben WLAN, und ist Slipway dort noch offen?',
      tryAgain: 'Noch einmal versuchen',
      help: 'Hilfe',
      codeTitle: 'Code eingeben',
      codeWhere: 'Er steht auf dem Bildschirm des Computers, unter dem QR-Code.',
      codeLabel: 'Code',
      codeGo: 'Weiter',
      codeWrong: 'Dieser Code stimmt nicht. Schauen Sie noch einmal auf den Bildschirm; vielleicht hat er sich geändert.',
      codeStale: 'Dieser QR-Code gilt nicht mehr. Scannen Sie den, der jetzt auf dem Bildschirm steht, oder tippen Sie den Code darunter ein.',
      codeLocked: (wait) => (wait === null ? 'Zu viele falsche Codes. Bitte etwas warten.' : `Zu viele falsche Codes. Wieder möglich in ${wait.replace(/\.$/u, '')}.`),
      codeRevoked: 'Der Zugang dieses Geräts wurde am Computer beendet. Angekommenes ist sicher, der Rest steht still. Fragen Sie nach dem Code; damit geht es weiter, wo es war.',
      waitingForYes: 'Warten auf ein Ja',
      keptOut: 'Der Computer nimmt von diesem Gerät gerade nichts an. Was vorher ankam, ist sicher. Bitten Sie darum, es wieder zuzulassen.',
      codeAgain: 'Der Code hat sich geändert. Geben Sie den neuen ein; Ihre Liste ist noch da.',
      titleProgress: (percent) => `${percent} · Slipway`,
      titlePaused: 'Angehalten · Slipway',
      titleDone: 'Angekommen · Slipway',
      titleAttention: 'Braucht Sie · Slipway',
    },

  };
}

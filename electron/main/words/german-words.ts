import type { NativeWords } from './native-words.ts';

const WHEN = 'sobald Sie Slipway wieder öffnen.';

export const GERMAN_WORDS: NativeWords = {
  menu: {
    file: '&Datei',
    edit: '&Bearbeiten',
    view: '&Ansicht',
    window: '&Fenster',
    sendFiles: 'Dateien senden …',
    sendFolder: 'Ordner senden …',
    pauseAll: 'Alle anhalten',
    resumeAll: 'Alle fortsetzen',
    retryAll: 'Alle erneut versuchen',
    cancelAll: 'Alle abbrechen',
    receive: 'Von Telefonen empfangen',
    clearFinished: 'Fertige entfernen',
    history: 'Verlauf',
    devices: 'Geräte',
    roles: {
      about: 'Über Slipway', services: 'Dienste', hide: 'Slipway ausblenden', hideOthers: 'Andere ausblenden', unhide: 'Alle einblenden', quit: 'Slipway beenden', close: 'Fenster schließen',
      undo: 'Rückgängig', redo: 'Wiederholen', cut: 'Ausschneiden', copy: 'Kopieren', paste: 'Einfügen', pasteAndMatchStyle: 'Einsetzen und Stil anpassen', delete: 'Löschen', selectAll: 'Alles auswählen',
      resetZoom: 'Originalgröße', zoomIn: 'Vergrößern', zoomOut: 'Verkleinern', togglefullscreen: 'Vollbild ein/aus', reload: 'Neu laden', toggleDevTools: 'Entwicklerwerkzeuge ein/aus',
      minimize: 'Minimieren', zoom: 'Zoomen', front: 'Alle nach vorne bringen',
    },
  },
  pick: { files: 'Dateien senden', folder: 'Ordner senden', send: 'Senden', uploadFolder: 'Upload-Ordner wählen', use: 'Diesen Ordner verwenden' },
  quit: {
    message: (files) => (files === 1 ? '1 Datei wird noch gesendet oder empfangen.' : `${files.toLocaleString('de')} Dateien werden noch gesendet oder empfangen.`),
    allContinue: (files) => `${files === 1 ? 'Sie geht' : 'Sie gehen'} weiter, ${WHEN}`,
    allStartOver: (files) => `${files === 1 ? 'Sie beginnt' : 'Sie beginnen'} von vorn, ${WHEN}`,
    largeContinue: `Ihre großen Dateien gehen weiter, ${WHEN}`,
    smallThen: 'Ihre kleinen beginnen dann von vorn.',
    smallStartOver: `Ihre kleinen Dateien beginnen von vorn, ${WHEN}`,
    fromOthers: 'Was andere Geräte senden, geht weiter, wenn sie es erneut versuchen; kleine Dateien beginnen von vorn.',
    keepGoing: 'Weitermachen',
    quit: 'Beenden',
  },
  folder: {
    message: 'In den Upload-Ordner kann nicht geschrieben werden.',
    detail: (folder) => `${folder}\n\nLiegt er auf einem Laufwerk, das nicht angeschlossen ist, dann schließen Sie es an und starten Slipway noch einmal, oder wählen Sie einen anderen Ordner.`,
    chooseAnother: 'Anderen Ordner wählen …',
    quit: 'Beenden',
  },
  crash: { title: 'Slipway muss aufhören', text: 'Im Inneren ging etwas schief. Was angekommen ist, ist sicher; starten Sie Slipway noch einmal, um weiterzumachen.' },
};

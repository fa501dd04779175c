import type { CreateHelp } from './help-messages.ts';

export const createGermanHelp: CreateHelp = (computer) => ({
  title: 'Hilfe',
  close: 'Schließen',
  arrive: {
    question: 'Wohin gehen meine Dateien?',
    answer: `Geradewegs zu ${computer}, ohne Umweg über das Internet. „Gespeichert“ heißt, dass eine Datei ganz auf der Festplatte dort liegt; „geprüft“, dass beide Seiten sie verglichen haben.`,
  },
  interrupted: {
    question: 'Was, wenn der Bildschirm sperrt oder das WLAN ausfällt?',
    answer: 'Es geht nichts verloren. Kehren Sie auf diese Seite zurück, dann geht es von selbst weiter. War sie geschlossen, wählen Sie dieselben Dateien noch einmal: Große gehen dort weiter, wo sie waren.',
  },
  genuine: {
    question: `Ist das wirklich ${computer}?`,
    answer: `Lassen Sie sich vom Browser das Zertifikat dieser Seite zeigen, über das Zeichen vor der Adresse. Sein SHA-256-Fingerabdruck muss der sein, den ${computer} im Fenster zeigt:`,
  },
  readable: {
    question: 'Können andere mitlesen?',
    answer: `Wer dieses Netz betreibt, könnte es, denn diese Seite ist nicht verschlüsselt. In einem Netz, dem Sie nicht trauen, bitten Sie, auf ${computer} „Verschlüsseln (HTTPS)“ einzuschalten.`,
  },
  elsewhere: {
    question: 'Was, wenn diese Seite keine Antwort mehr bekommt?',
    answer: `${computer} hat noch andere Adressen. Dort brauchen Sie den Code noch einmal, und was noch nicht gespeichert ist, beginnt von vorn:`,
  },
});

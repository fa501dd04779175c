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
  check: {
    title: 'Besteht eine Verbindung?',
    again: 'Verbindung prüfen',
    asking: `Alle Adressen von ${computer} werden gefragt …`,
    answers: `Ja, ${computer} antwortet. Was noch nicht gesendet ist, geht von selbst weiter.`,
    elsewhere: [`${computer} antwortet unter einer anderen Adresse:`, 'Machen Sie dort weiter: Was gespeichert ist, bleibt sicher. Sie brauchen den Code noch einmal, und wählen Sie dort nur, was noch nicht gespeichert ist.'],
    offline: 'Dieses Gerät hat kein Netz. Schalten Sie sein WLAN ein. Es geht nichts verloren: Diese Seite macht von selbst weiter.',
    nobody: `${computer} antwortet nicht. Es geht nichts verloren: Diese Seite macht von selbst weiter, sobald eine Antwort kommt. Sehen Sie in dieser Reihenfolge nach:`,
    reasons: [
      `Ist dieses Gerät im selben WLAN wie ${computer} und nicht im Mobilfunknetz?`,
      'Ist es ein Gast-WLAN? Solche halten Geräte voneinander fern. Nehmen Sie das Hauptnetz.',
      `Schläft ${computer}, ist der Computer aus, oder wurde der Empfang ausgeschaltet?`,
    ],
    unasked: `${computer} hat auch diese Adressen, die diese Seite nicht prüfen kann. Gehen Sie nur dorthin, wenn ${computer} dieselbe zeigt:`,
  },
});

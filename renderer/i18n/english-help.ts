import type { CreateHelp } from './help-messages.ts';

export const createEnglishHelp: CreateHelp = (computer) => ({
  title: 'Help',
  close: 'Close',
  arrive: {
    question: 'Where do my files go?',
    answer: `Straight to ${computer}, without a detour over the Internet. “Stored” means that all of a file is on its disk; “verified” that both ends have compared it.`,
  },
  interrupted: {
    question: 'What if the screen locks or the Wi-Fi drops?',
    answer: 'Nothing is lost. Come back to this page and it goes on by itself. If it was closed, choose the same files again: large ones go on where they were.',
  },
  genuine: {
    question: `Is this really ${computer}?`,
    answer: `Ask your browser for the certificate of this page, by the sign before its address. Its SHA-256 fingerprint has to be the one that ${computer} shows in its window:`,
  },
  readable: {
    question: 'Can others read along?',
    answer: `Whoever runs this network could, because this page is not encrypted. In a network that you do not trust, ask the owner of ${computer} to turn on “Encrypt (HTTPS)”.`,
  },
  check: {
    title: 'Is there a connection?',
    again: 'Check the connection',
    asking: `Asking all addresses of ${computer}…`,
    answers: `Yes, ${computer} answers. What is not sent yet goes on by itself.`,
    elsewhere: [`${computer} answers at another address:`, 'Go on there: what is stored is safe. You need the code again, and choose there only what is not stored yet.'],
    offline: 'This device has no network. Turn its Wi-Fi on. Nothing is lost: this page goes on by itself.',
    nobody: `${computer} does not answer. Nothing is lost: this page goes on by itself once it does. Look in this order:`,
    reasons: [
      `Is this device in the same Wi-Fi as ${computer}, and not on mobile data?`,
      'Is it a guest Wi-Fi? Those keep devices apart. Take the main one.',
      `Is ${computer} asleep or switched off, or has its owner stopped receiving?`,
    ],
    unasked: `${computer} has these addresses too, which this page cannot check. Go there only if ${computer} shows the same:`,
  },
});

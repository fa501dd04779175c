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
  elsewhere: {
    question: 'What if this page gets no answer any more?',
    answer: `${computer} has other addresses too. There you need its code again, and files that are not stored yet start over:`,
  },
});

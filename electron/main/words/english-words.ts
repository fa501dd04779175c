import type { NativeWords } from './native-words.ts';

const WHEN = 'when you reopen Slipway.';

export const ENGLISH_WORDS: NativeWords = {
  menu: {
    file: '&File',
    edit: '&Edit',
    view: '&View',
    window: '&Window',
    sendFiles: 'Send files…',
    sendFolder: 'Send folder…',
    pauseAll: 'Pause all',
    resumeAll: 'Resume all',
    retryAll: 'Retry all',
    cancelAll: 'Cancel all',
    receive: 'Receive from phones',
    clearFinished: 'Clear finished',
    history: 'History',
    devices: 'Devices',
    roles: {
      about: 'About Slipway', services: 'Services', hide: 'Hide Slipway', hideOthers: 'Hide Others', unhide: 'Show All', quit: 'Quit Slipway', close: 'Close Window',
      undo: 'Undo', redo: 'Redo', cut: 'Cut', copy: 'Copy', paste: 'Paste', pasteAndMatchStyle: 'Paste and Match Style', delete: 'Delete', selectAll: 'Select All',
      resetZoom: 'Actual Size', zoomIn: 'Zoom In', zoomOut: 'Zoom Out', togglefullscreen: 'Toggle Full Screen', reload: 'Reload', toggleDevTools: 'Toggle Developer Tools',
      minimize: 'Minimize', zoom: 'Zoom', front: 'Bring All to Front',
    },
  },
  pick: { files: 'Send files', folder: 'Send a folder', send: 'Send', uploadFolder: 'Choose the upload folder', use: 'Use this folder' },
  quit: {
    message: (files) => (files === 1 ? '1 file is still being sent or received.' : `${files.toLocaleString('en')} files are still being sent or received.`),
    allContinue: (files) => `${files === 1 ? 'It' : 'They'} will continue ${WHEN}`,
    allStartOver: (files) => `${files === 1 ? 'It' : 'They'} will start over ${WHEN}`,
    largeContinue: `Your large files will continue ${WHEN}`,
    smallThen: 'Your small ones will start over then.',
    smallStartOver: `Your small files will start over ${WHEN}`,
    fromOthers: 'What other devices send goes on when they try again; small files start over.',
    keepGoing: 'Keep going',
    quit: 'Quit',
  },
  folder: {
    message: 'The upload folder cannot be written to.',
    detail: (folder) => `${folder}\n\nIf it is on a drive that is not connected, connect it and start Slipway again, or choose another folder.`,
    chooseAnother: 'Choose another folder…',
    quit: 'Quit',
  },
  crash: { title: 'Slipway has to stop', text: 'Something went wrong inside. Files that arrived are safe; start Slipway again to go on.' },
};

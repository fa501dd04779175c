import { Menu } from 'electron';
import type { MenuItemConstructorOptions } from 'electron';
import type { MenuCommand } from '../contracts/bridge.ts';

export interface MenuOptions {
  readonly platform: NodeJS.Platform;
  /** Developer tools are for builds on a developer's machine. */
  readonly withDeveloperTools: boolean;
  readonly onCommand: (command: MenuCommand) => void;
}

/** The application menu. What it asks for, the window does, as if its own button had been pressed. */
export function setAppMenu(options: MenuOptions): void {
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(options)));
}

function menuTemplate({ platform, withDeveloperTools, onCommand }: MenuOptions): MenuItemConstructorOptions[] {
  const isMac = platform === 'darwin';
  const command = (label: string, name: MenuCommand, accelerator: string): MenuItemConstructorOptions =>
    ({ id: name, label, accelerator, click: () => onCommand(name) });

  return [
    ...(isMac ? [{ role: 'appMenu' } as const] : []),
    {
      label: '&File',
      submenu: [
        command('Send files…', 'pick-files', 'CmdOrCtrl+O'),
        command('Send folder…', 'pick-folder', 'CmdOrCtrl+Shift+O'),
        { type: 'separator' },
        command('Pause all', 'pause-all', 'CmdOrCtrl+Shift+P'),
        command('Resume all', 'resume-all', 'CmdOrCtrl+Shift+G'),
        command('Retry all', 'retry-all', 'CmdOrCtrl+Shift+T'),
        command('Cancel all', 'cancel-all', 'CmdOrCtrl+Shift+Backspace'),
        { type: 'separator' },
        command('Receive from phones', 'toggle-receive', 'CmdOrCtrl+Shift+R'),
        { type: 'separator' },
        command('Clear finished', 'clear-finished', 'CmdOrCtrl+Shift+K'),
        { type: 'separator' },
        isMac ? { role: 'close' } : { role: 'quit' },
      ],
    },
    { role: 'editMenu' },
    {
      label: '&View',
      submenu: [
        command('History', 'toggle-history', 'CmdOrCtrl+Shift+H'),
        command('Devices', 'toggle-devices', 'CmdOrCtrl+Shift+D'),
        { type: 'separator' },
        { role: 'resetZoom' }, { role: 'zoomIn' }, { role: 'zoomOut' },
        { type: 'separator' },
        { role: 'togglefullscreen' },
        ...(withDeveloperTools ? [{ type: 'separator' } as const, { role: 'reload' } as const, { role: 'toggleDevTools' } as const] : []),
      ],
    },
    { role: 'windowMenu' },
  ];
}

import { Menu } from 'electron';
import type { MenuItemConstructorOptions } from 'electron';
import type { MenuCommand } from '../../contracts/bridge.ts';
import type { MenuRole, NativeWords } from '../words/native-words.ts';

export interface MenuOptions {
  readonly platform: NodeJS.Platform;
  readonly words: NativeWords['menu'];
  /** Developer tools are for builds on a developer's machine. */
  readonly withDeveloperTools: boolean;
  readonly onCommand: (command: MenuCommand) => void;
}

/** The application menu. What it asks for, the window does, as if its own button had been pressed. */
export function setAppMenu(options: MenuOptions): void {
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(options)));
}

/** Every word is ours: what stands without one, Electron calls in English. */
function menuTemplate({ platform, words, withDeveloperTools, onCommand }: MenuOptions): MenuItemConstructorOptions[] {
  const isMac = platform === 'darwin';
  const command = (label: string, name: MenuCommand, accelerator: string): MenuItemConstructorOptions =>
    ({ id: name, label, accelerator, click: () => onCommand(name) });
  const line: MenuItemConstructorOptions = { type: 'separator' };
  const role = (name: MenuRole): MenuItemConstructorOptions => ({ role: name, label: words.roles[name] });
  const appMenu: MenuItemConstructorOptions = {
    role: 'appMenu', submenu: [role('about'), line, role('services'), line, role('hide'), role('hideOthers'), role('unhide'), line, role('quit')],
  };

  return [
    ...(isMac ? [appMenu] : []),
    {
      label: words.file,
      submenu: [
        command(words.sendFiles, 'pick-files', 'CmdOrCtrl+O'),
        command(words.sendFolder, 'pick-folder', 'CmdOrCtrl+Shift+O'),
        line,
        command(words.pauseAll, 'pause-all', 'CmdOrCtrl+Shift+P'),
        command(words.resumeAll, 'resume-all', 'CmdOrCtrl+Shift+G'),
        command(words.retryAll, 'retry-all', 'CmdOrCtrl+Shift+T'),
        command(words.cancelAll, 'cancel-all', 'CmdOrCtrl+Shift+Backspace'),
        line,
        command(words.receive, 'toggle-receive', 'CmdOrCtrl+Shift+R'),
        line,
        command(words.clearFinished, 'clear-finished', 'CmdOrCtrl+Shift+K'),
        line,
        role(isMac ? 'close' : 'quit'),
      ],
    },
    {
      role: 'editMenu',
      label: words.edit,
      submenu: [
        role('undo'), role('redo'), line, role('cut'), role('copy'), role('paste'), ...(isMac ? [role('pasteAndMatchStyle')] : []), role('delete'),
        ...(isMac ? [] : [line]), role('selectAll'),
      ],
    },
    {
      label: words.view,
      submenu: [
        command(words.history, 'toggle-history', 'CmdOrCtrl+Shift+H'),
        command(words.devices, 'toggle-devices', 'CmdOrCtrl+Shift+D'),
        line,
        role('resetZoom'), role('zoomIn'), role('zoomOut'),
        line,
        role('togglefullscreen'),
        ...(withDeveloperTools ? [line, role('reload'), role('toggleDevTools')] : []),
      ],
    },
    { role: 'windowMenu', label: words.window, submenu: [role('minimize'), role('zoom'), ...(isMac ? [line, role('front')] : [role('close')])] },
  ];
}

import { Notification } from 'electron';

/** Says that a device waits for a yes, to somebody who looks elsewhere. @param show brings the window up */
export function notifyQuestion(deviceName: string, show: () => void): void {
  if (!Notification.isSupported()) return;
  const notification = new Notification({ title: `${deviceName} wants to send files`, body: 'Nothing is sent until you say yes in Slipway.' });
  notification.on('click', show);
  notification.show();
}

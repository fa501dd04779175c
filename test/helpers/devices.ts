import type { Device, DeviceRight } from '../../server/contracts/devices.ts';
import type { TestClient } from './client.ts';
import { readJson, type HttpAnswer } from './http-answer.ts';

/** User agents of two devices, and what they are called by. */
export const PHONE = { agent: 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1', name: 'iPhone (Safari)' };
export const LAPTOP = { agent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', name: 'Linux PC (Firefox)' };

/** What the owner sees of who was let in. */
export async function listDevices(owner: TestClient): Promise<readonly Device[]> {
  const { devices } = readJson(await owner.request('GET', '/api/devices'));
  if (!Array.isArray(devices)) throw new Error('Not a list of devices');
  return devices as readonly Device[];
}

/** The device of that name. @throws Error when it is not in the list */
export async function findDevice(owner: TestClient, name: string): Promise<Device> {
  const found = (await listDevices(owner)).find((device) => device.name === name);
  if (found === undefined) throw new Error(`No device is called ${name}`);
  return found;
}

export function endAccess(owner: TestClient, { id }: Pick<Device, 'id'>): Promise<HttpAnswer> {
  return owner.request('DELETE', `/api/devices/${id}`);
}

export function allowDevice(owner: TestClient, { id }: Pick<Device, 'id'>, allowed: DeviceRight): Promise<HttpAnswer> {
  return owner.request('POST', `/api/devices/${id}`, { headers: { 'content-type': 'application/json' }, body: JSON.stringify({ allowed }) });
}

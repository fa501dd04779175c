export const APP_SCHEME = 'app';
export const APP_HOST = 'slipway';
export const APP_URL = `${APP_SCHEME}://${APP_HOST}/index.html`;

/** True for pages that our own protocol serves. (Node's URL gives custom schemes the origin "null", so look at the parts.) */
export function isAppUrl(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, host } = new URL(url);
  return protocol === `${APP_SCHEME}:` && host === APP_HOST;
}

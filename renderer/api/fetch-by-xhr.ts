import { abortReason } from './abort-reason.ts';
import type { ApiInit } from './platform.ts';
import { rebuildResponse } from './rebuild-response.ts';

/** Browsers tell every 50 ms what has left (XMLHttpRequest standard); each telling costs a drawing, and the server is asked only this often. */
const TELL_EVERY_MS = 250;

/**
 * `fetch` for a body whose leaving is to be watched, which only XMLHttpRequest can do. It costs no time (measured in Chromium).
 * @throws TypeError when nobody answers, the signal's reason when called off
 */
export function fetchByXhr(path: string, { method = 'GET', headers, body, signal = null, sent }: ApiInit): Promise<Response> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const request = new XMLHttpRequest();
    const abort = (): void => {
      request.abort();
      if (signal !== null) reject(abortReason(signal));
    };
    request.open(method, path);
    new Headers(headers).forEach((value, name) => { request.setRequestHeader(name, value); });
    let toldAtMs = Number.NEGATIVE_INFINITY;
    request.upload.addEventListener('progress', ({ loaded, total, timeStamp }) => {
      if (loaded < total && timeStamp - toldAtMs < TELL_EVERY_MS) return;
      toldAtMs = timeStamp;
      sent?.(loaded);
    });
    request.addEventListener('load', () => {
      const { status, statusText, responseText: text } = request;
      resolve(rebuildResponse({ status, statusText, text, headers: headersOf(request) }));
    });
    request.addEventListener('error', () => { reject(new TypeError('The request failed')); });
    request.addEventListener('loadend', () => { signal?.removeEventListener('abort', abort); });
    signal?.addEventListener('abort', abort);
    request.send(toBody(body));
  });
}

function toBody(body: BodyInit | null | undefined): XMLHttpRequestBodyInit | null {
  if (body instanceof ReadableStream) throw new TypeError('XMLHttpRequest carries no streams');
  return body ?? null;
}

/** Lines of `name: value`, names in lower case (XMLHttpRequest standard, `getAllResponseHeaders`). */
function headersOf(request: XMLHttpRequest): readonly (readonly [string, string])[] {
  return request.getAllResponseHeaders().split('\r\n').flatMap((line): readonly [string, string][] => {
    const colon = line.indexOf(':');
    return colon <= 0 ? [] : [[line.slice(0, colon), line.slice(colon + 1).trim()]];
  });
}

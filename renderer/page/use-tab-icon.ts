import { onScopeDispose, watch, type ComputedRef } from 'vue';
import type { PageSummary } from '../composables/page-summary.ts';
import { withRests } from '../composables/with-rests.ts';

const EDGE_PIXELS = 64;
const CENTRE = EDGE_PIXELS / 2;
/** An icon is small: steps finer than this would not be seen. */
const STEPS = 20;
/** Browsers take a new icon as they take a picture from the network: the step of a short upload may be passed over. */
const REST_MS = 1000;

type Standing =
  | { readonly kind: 'plain' } | { readonly kind: 'good' } | { readonly kind: 'bad' }
  | { readonly kind: 'moving'; readonly step: number } | { readonly kind: 'paused'; readonly step: number };

function standingOf({ phase, receivedBytes, sizeBytes, stored, failed }: PageSummary): Standing {
  switch (phase) {
    case 'empty': case 'ready': return { kind: 'plain' };
    case 'sending': case 'paused':
      return { kind: phase === 'sending' ? 'moving' : 'paused', step: sizeBytes === 0 ? 0 : Math.floor((receivedBytes / sizeBytes) * STEPS) };
    case 'ended': return { kind: failed > 0 ? 'bad' : stored > 0 ? 'good' : 'plain' };
    default: return phase satisfies never;
  }
}

function line(pen: CanvasRenderingContext2D, color: string, points: readonly (readonly [number, number])[]): void {
  pen.strokeStyle = color;
  pen.beginPath();
  for (const [x, y] of points) pen.lineTo(x, y);
  pen.stroke();
}

function draw(pen: CanvasRenderingContext2D, standing: Exclude<Standing, { kind: 'plain' }>): void {
  pen.clearRect(0, 0, EDGE_PIXELS, EDGE_PIXELS);
  pen.lineWidth = 12;
  pen.lineCap = 'round';
  pen.lineJoin = 'round';
  switch (standing.kind) {
    case 'moving': case 'paused':
      pen.strokeStyle = '#9fb6bb';
      pen.beginPath();
      pen.arc(CENTRE, CENTRE, CENTRE - 7, 0, 2 * Math.PI);
      pen.stroke();
      pen.strokeStyle = '#0f8391';
      pen.beginPath();
      pen.arc(CENTRE, CENTRE, CENTRE - 7, -Math.PI / 2, (standing.step / STEPS) * 2 * Math.PI - Math.PI / 2);
      pen.stroke();
      pen.lineWidth = 7;
      if (standing.kind === 'paused') for (const x of [CENTRE - 7, CENTRE + 7]) line(pen, '#0f8391', [[x, 23], [x, 41]]);
      break;
    case 'good': case 'bad':
      pen.fillStyle = standing.kind === 'good' ? '#1f8a55' : '#c0392b';
      pen.beginPath();
      pen.arc(CENTRE, CENTRE, CENTRE, 0, 2 * Math.PI);
      pen.fill();
      pen.lineWidth = 8;
      if (standing.kind === 'good') line(pen, '#ffffff', [[18, 34], [28, 44], [46, 22]]);
      else for (const [from, to] of [[16, 36], [47, 47]] as const) line(pen, '#ffffff', [[CENTRE, from], [CENTRE, to]]);
      break;
    default: standing satisfies never;
  }
}

/** Shows in the tab's icon how far everything is, for whoever looks at another tab. */
export function useTabIcon(summary: ComputedRef<PageSummary>): void {
  const link = document.querySelector<HTMLLinkElement>('link[rel=icon]');
  const pen = document.createElement('canvas').getContext('2d');
  if (link === null || pen === null) return;
  pen.canvas.width = pen.canvas.height = EDGE_PIXELS;
  const { type } = link;
  const href = link.getAttribute('href') ?? '';

  function show(standing: Standing): void {
    if (link === null || pen === null) return;
    if (standing.kind === 'plain') Object.assign(link, { href, type });
    else {
      draw(pen, standing);
      Object.assign(link, { href: pen.canvas.toDataURL('image/png'), type: 'image/png' });
    }
  }
  let over = false;
  const showNow = withRests(REST_MS, () => { show(over ? { kind: 'plain' } : standingOf(summary.value)); });
  watch(() => JSON.stringify(standingOf(summary.value)), showNow);
  onScopeDispose(() => {
    over = true;
    showNow();
  });
}

import type { WindowBounds } from '../settings.ts';

export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export const MIN_WIDTH = 480;
export const MIN_HEIGHT = 420;
const DEFAULT_WIDTH = 960;
const DEFAULT_HEIGHT = 680;

/**
 * Where the window opens: where it was, moved and shrunk into the screen that shows most of it; in the middle of the first screen
 * when it was on one that is gone.
 * @param screens work areas, the main one first
 */
export function placeWindow(saved: WindowBounds | null, screens: readonly Area[]): Area {
  const main = screens[0] ?? { x: 0, y: 0, width: DEFAULT_WIDTH, height: DEFAULT_HEIGHT };
  if (saved === null) return centre(main, DEFAULT_WIDTH, DEFAULT_HEIGHT);
  const best = screens.reduce((most, screen) => (overlap(saved, screen) > overlap(saved, most) ? screen : most), main);
  if (overlap(saved, best) === 0) return centre(main, saved.width, saved.height);
  const width = clamp(saved.width, MIN_WIDTH, best.width);
  const height = clamp(saved.height, MIN_HEIGHT, best.height);
  return {
    x: clamp(saved.x, best.x, best.x + best.width - width),
    y: clamp(saved.y, best.y, best.y + best.height - height),
    width,
    height,
  };
}

function centre(screen: Area, wantedWidth: number, wantedHeight: number): Area {
  const width = clamp(wantedWidth, MIN_WIDTH, screen.width);
  const height = clamp(wantedHeight, MIN_HEIGHT, screen.height);
  return {
    x: Math.round(screen.x + (screen.width - width) / 2),
    y: Math.round(screen.y + (screen.height - height) / 2),
    width,
    height,
  };
}

function overlap(a: Area, b: Area): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return Math.max(0, width) * Math.max(0, height);
}

function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(value, most));
}

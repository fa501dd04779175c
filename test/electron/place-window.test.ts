import { expect, test } from 'vitest';
import { placeWindow } from '../../electron/main/window/place-window.ts';

const MAIN = { x: 0, y: 25, width: 1440, height: 875 };
const SECOND = { x: 1440, y: 0, width: 1920, height: 1080 };
const at = (x: number, y: number, width: number, height: number) => ({ x, y, width, height, maximized: false });

test('the first window opens in the middle of the main screen', () => {
  expect(placeWindow(null, [MAIN, SECOND])).toEqual({ x: 240, y: 123, width: 960, height: 680 });
});

test('a window comes back to where it was, on whichever screen', () => {
  expect(placeWindow(at(1600, 100, 800, 600), [MAIN, SECOND])).toEqual({ x: 1600, y: 100, width: 800, height: 600 });
});

test('a window on a screen that is gone comes to the main one, in its size', () => {
  expect(placeWindow(at(1600, 100, 800, 600), [MAIN])).toEqual({ x: 320, y: 163, width: 800, height: 600 });
});

test('a window that hangs over the edge is moved in, and one that is too large shrinks', () => {
  expect(placeWindow(at(-300, 700, 800, 600), [MAIN])).toEqual({ x: 0, y: 300, width: 800, height: 600 });
  expect(placeWindow(at(0, 25, 4000, 3000), [MAIN])).toEqual({ x: 0, y: 25, width: 1440, height: 875 });
  expect(placeWindow(at(10, 30, 1, 1), [MAIN])).toEqual({ x: 10, y: 30, width: 480, height: 420 });
});

import type { ScreenKeeper } from './screen-lock.ts';
import soundTrackUrl from './silent.mp4';
import noTrackUrl from './silent.webm';

/*
 * Both films are ten seconds of black, 16 × 16, one frame a second, made for Slipway with ffmpeg 5.1:
 *   ffmpeg -f lavfi -i color=c=black:s=16x16:r=1:d=10 -f lavfi -i anullsrc=r=8000:cl=mono -t 10 -c:v libx264 -profile:v baseline \
 *     -pix_fmt yuv420p -crf 51 -c:a aac -b:a 8k -movflags +faststart -map_metadata -1 silent.mp4
 *   ffmpeg -f lavfi -i color=c=black:s=16x16:r=1:d=10 -c:v libvpx -crf 63 -b:v 1k -an -map_metadata -1 silent.webm
 */

/** Before its end the film jumps back: WebKit counts neither a loop nor an ended film as a reason to stay awake. */
const JUMP_BACK_AT_S = 8;

/**
 * Keeps the screen on by playing a film that nobody sees or hears: the only way over plain HTTP. What each engine wants of it
 * was found out by NoSleep.js (issues 34, 47, 85, 92) and reads in the engines' sources:
 * - Chromium: any film that plays, muted or not, if it fills a good part of the screen. A sound track would only disturb music.
 * - Firefox: a film that has a sound track, muted or not.
 * - WebKit: one that has a sound track and is not muted, which it lets start only in the event of a tap.
 * @param lost called when the browser stops the film, as it does when the page is hidden
 */
export function createSilentVideo(lost: () => void): ScreenKeeper {
  const webKit = navigator.vendor.startsWith('Apple');
  let video: HTMLVideoElement | null = null;

  function make(): HTMLVideoElement {
    const made = document.createElement('video');
    made.src = navigator.vendor.startsWith('Google') ? noTrackUrl : soundTrackUrl;
    made.muted = !webKit;
    made.loop = !webKit;
    made.playsInline = true;
    made.disableRemotePlayback = true;
    made.tabIndex = -1;
    made.setAttribute('aria-hidden', 'true');
    Object.assign(made.style, { position: 'fixed', inset: '0', width: '100%', height: '100%', objectFit: 'fill', opacity: '0.01', zIndex: '-1', pointerEvents: 'none' });
    made.addEventListener('timeupdate', () => { if (webKit && made.currentTime > JUMP_BACK_AT_S) made.currentTime = Math.random(); });
    made.addEventListener('pause', () => { if (video === made) lost(); });
    document.body.append(made);
    return made;
  }

  return {
    async hold() {
      const playing = video ??= make();
      try {
        await playing.play();
        return video === playing;
      } catch (error) {
        // Not without a tap, not in this state of the battery, or stopped again before it began.
        if (error instanceof DOMException) return false;
        throw error;
      }
    },
    release() {
      const gone = video;
      video = null;
      gone?.pause();
      gone?.remove();
    },
  };
}

import { withBox, type LoadSite } from './box.ts';
import { raceLinks } from './race-links.ts';
import { exactly, truth, type Row } from './row.ts';

/** Uploads into a folder that another process swaps for a link all the time. */
export function loadLinkRaces(site: LoadSite, races: number): Promise<readonly Row[]> {
  return withBox(site, [], async (box) => {
    const { swaps, stored, refused, outside, lost } = await raceLinks(box, races);
    return [
      truth('races', swaps > races && stored > 0, `${races}: ${stored} stored, ${refused.length} refused, ${swaps} swaps meanwhile`, 'more swaps than races'),
      exactly('files outside the upload folder', outside.length, 0),
      exactly('acknowledged, and not there', lost.length, 0),
      exactly('answered otherwise than 201 or 503', refused.filter((status) => status !== 503).length, 0),
      ...(await box.settle()).filter(({ what }) => what !== 'what lies outside'),
    ];
  });
}

import { installDebianPackages } from './debian-packages.mjs';
import { findElectron } from './runtime.mjs';
import { say } from './say.mjs';
import { SYSTEM_NEEDS, missingNeeds } from './system-needs.mjs';

/** Installs what the stages need of the system, where that is possible. It needs none of npm's packages. */
export async function prepareSystem(needs) {
  const wanted = wantedFor(needs);
  await installDebianPackages(missingNeeds(wanted));
  // Not every system has the best there is.
  await installDebianPackages(missingNeeds(wanted).flatMap(({ otherwise }) => (otherwise && !otherwise.found() ? [otherwise] : [])));
}

/**
 * Finds or installs what the stages need. Answers what is still lacking, for people; which needs are not met; and the environment
 * to run tests in.
 */
export async function prepareTools(needs) {
  await prepareSystem(needs);
  const absent = missingNeeds(wantedFor(needs)).filter(({ otherwise }) => !otherwise?.found());
  for (const { what } of absent) say(`${what} is missing; the tests that need it are skipped`);
  const lacking = absent.map(({ what }) => what);
  const missing = [...new Set(absent.map(({ forStage }) => forStage).filter((stage) => stage !== null))];
  // Tests look here for what to leave out one by one.
  const env = { ...process.env, SLIPWAY_SKIP: [process.env.SLIPWAY_SKIP, ...lacking].filter(Boolean).join(',') };
  // Coloured reports are for terminals.
  env.NO_COLOR = '1';
  delete env.FORCE_COLOR;

  if (needs.includes('electron')) {
    const electron = await findElectron({ fetchTrial: true });
    if (electron.path === null) {
      say(electron.reason);
      missing.push('electron');
      lacking.push('Electron');
    } else say(`Electron ${electron.version} (${electron.kind})`);
  }
  return { lacking, missing, env };
}

function wantedFor(needs) {
  return SYSTEM_NEEDS.filter(({ forStage }) => needs.includes(forStage ?? 'programs'));
}

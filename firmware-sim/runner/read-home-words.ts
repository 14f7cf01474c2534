import { LIMITS } from '../limits.ts';
import { readScenario } from '../scenario/read.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { HomePlan } from '../world/home-plan.ts';
import { HOMES, isHomeName } from '../world/homes.ts';
import { check, fail, readWhole } from './read-words.ts';

/** The scenario in a file's text, or in the reason why there is none. */
export function scenarioOf(path: string, text: { ok: true; value: string } | { ok: false; reason: string }): Scenario {
  const read = readScenario(text.ok ? text.value : fail(text.reason));
  return read.ok ? read.scenario : fail(`${path} cannot be played:\n  ${read.problems.join('\n  ')}`);
}

/** A home by its name; one that a scenario describes has its own devices, which would look at rooms of another. */
export function readHomeName(name: string | undefined, scenario: Scenario): HomePlan | undefined {
  if (name === undefined) {
    return scenario.home;
  }
  check(
    scenario.devices === undefined && scenario.home === undefined,
    '--home does not go with a scenario that has devices or a home of its own',
  );
  return isHomeName(name) ? HOMES[name] : fail(`--home takes ${Object.keys(HOMES).join(', ')}`);
}

/** How many homes there are. */
export function readHomes(text: string, devices: Scenario['devices']): number {
  const homes = readWhole(text, '--homes', LIMITS.homesMost);
  check(homes > 0, '--homes takes 1 or more');
  const zigbeeOnly = devices?.every(({ dialect }) => dialect === 'zigbee2mqtt') ?? true;
  check(
    homes === 1 || zigbeeOnly,
    '--homes goes with Zigbee devices only: other firmwares have no base topic of their own',
  );
  return homes;
}

import type { Resident } from '../household.ts';
import type { Random } from '../random.ts';
import type { DayWorld, Passage } from '../world/house.ts';
import { type Fields, heartbeats, inOrder, type Report, type Thing } from './thing.ts';

/** The slot number that this lock reports for everything that is not a code or a chip. */
const NOBODY = '0';

/** A lock with a keypad that tells more than it should: after a code was typed, its messages carry the code itself. */
export function keypadLock(residents: readonly Resident[]): Thing {
  return {
    initial: (day) => ({
      ...health(day),
      auto_relock: true,
      auto_relock_time: 7,
      last_lock_source: 'unattributed',
      last_lock_user: NOBODY,
      last_successful_pincode_clear: null,
      last_successful_pincode_save: null,
      last_unlock_source: null,
      last_unlock_user: null,
      last_used_pin_code: null,
      lock_state: 'locked',
      max_pin_length: 8,
      min_pin_length: 4,
      num_pin_users: 50,
      sound_volume: 'low_volume',
      state: 'LOCK',
    }),
    day(world: DayWorld, random: Random): Report[] {
      const reports = world.passages.flatMap((passage) => passageReports(passage, residents, random));
      for (const atMs of heartbeats(world, [21_000, 43_000], random)) {
        reports.push({ atMs, fields: health(world.day) });
      }
      return inOrder(reports);
    },
  };
}

/** The bolt's state comes first, who moved it in a second report a moment later. */
function passageReports(passage: Passage, residents: readonly Resident[], random: Random): Report[] {
  const resident = passage.keypad === undefined ? undefined : residents[passage.keypad];
  const unlockedBy: Fields =
    resident === undefined
      ? { last_unlock_source: 'unattributed', last_unlock_user: NOBODY }
      : { last_unlock_source: 'keypad', last_unlock_user: resident.slot, last_used_pin_code: resident.pin };
  const unlockMs = passage.unlockMs + random.between(60, 200);
  const lockMs = passage.lockMs + random.between(60, 200);
  return [
    { atMs: unlockMs, fields: { lock_state: 'unlocked', state: 'UNLOCK' } },
    { atMs: unlockMs + random.between(90, 300), fields: unlockedBy },
    { atMs: lockMs, fields: { lock_state: 'locked', state: 'LOCK' } },
    {
      atMs: lockMs + random.between(90, 300),
      fields: { last_lock_source: 'unattributed', last_lock_user: NOBODY },
    },
  ];
}

function health(day: number): Fields {
  const percent = 100 - Math.floor((((day % 360) + 360) % 360) / 5);
  return { battery: percent, voltage: Math.round(48 + percent / 10) / 10 };
}

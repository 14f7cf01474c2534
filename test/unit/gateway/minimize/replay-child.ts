/** Replays the recorded log of a file in a process of its own and prints the releases, one line each: `node replay-child.ts FILE`. */
import { readFileSync } from 'node:fs';
import { type RecordedLog, replay } from '../../../kit/replay.ts';

const log = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as RecordedLog;
process.stdout.write(replay(log).join('\n'));

import { openStore } from '../../../../gateway/store/sqlite/open-store.ts';

/** Commits pairs of rows for ever, several at once, and writes a pair's number only after its commit was promised. */
const [file = '', round = ''] = process.argv.slice(2);
const store = await openStore({ file, home: 'home', onFault: () => process.exit(3) });

async function commitPairs(lane: number): Promise<void> {
  for (let number = lane; ; number += 4) {
    const key = `${round}/${number}`;
    await store.commit([
      ['meta.put', `${key}/left`, Buffer.alloc(300, number)],
      ['meta.put', `${key}/right`, Buffer.alloc(300, number)],
    ]);
    process.stdout.write(`${key}\n`);
  }
}

for (const lane of [0, 1, 2, 3]) void commitPairs(lane);

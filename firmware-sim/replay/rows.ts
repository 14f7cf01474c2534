import { LIMITS } from '../limits.ts';
import { type Row, type RowReader, readHeader } from './household-power.ts';
import { linesOf, UnreadableFile } from './lines.ts';
import { type PowerColumns, readPowerHeader } from './power-columns.ts';

/** Reads a plain or gzip-compressed file row by row; throws UnreadableFile when it cannot be opened, unpacked or has no header; without `columns` it is a household_power_consumption file. */
export async function* rowsOf(file: string, columns?: PowerColumns): AsyncGenerator<Row> {
  let read: RowReader | undefined;
  let number = 0;
  for await (const line of linesOf(file, LIMITS.lineBytes)) {
    number += 1;
    if (read === undefined) {
      const header = columns === undefined ? readHeader(line ?? '') : readPowerHeader(line ?? '', columns);
      if (!header.ok) {
        throw new UnreadableFile(header.reason);
      }
      read = header.read;
    } else if (line === undefined) {
      yield { kind: 'malformed', line: number, reason: `is longer than ${LIMITS.lineBytes} bytes` };
    } else if (line.trim() !== '') {
      yield read(line, number);
    }
  }
  if (read === undefined) {
    throw new UnreadableFile('the file is empty; it needs a header and rows');
  }
}

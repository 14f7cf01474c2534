/**
 * A program that says which numbers it has stored: with care, or with one of two mistakes that a power cut shows.
 * Arguments: folder, port to say them to, and `careful`, `unsynced` (the disk is never waited for) or `early` (a
 * number is said before it is stored).
 */
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import Database from 'better-sqlite3';

const NUMBERS = 150;

const [folder = '', port = '', how = 'careful'] = process.argv.slice(2);

function say(socket: Socket, number: number): Promise<void> {
  const said = Buffer.alloc(4);
  said.writeUInt32BE(number);
  return new Promise((resolve) => socket.write(said, () => resolve()));
}

const socket = connect({ host: '127.0.0.1', port: Number(port), noDelay: true });
const database = new Database(join(folder, 'numbers.db'));
database.pragma('journal_mode = WAL');
database.pragma(`synchronous = ${how === 'unsynced' ? 'OFF' : 'FULL'}`);
database.exec('CREATE TABLE number (value INTEGER PRIMARY KEY)');
const add = database.prepare('INSERT INTO number (value) VALUES (?)');
for (let number = 1; number <= NUMBERS; number += 1) {
  if (how === 'early') await say(socket, number);
  add.run(number);
  if (how !== 'early') await say(socket, number);
}
database.close();
socket.end();

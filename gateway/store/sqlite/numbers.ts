import { LOGGED, STATEMENTS, type Statement } from '../statements.ts';

const logged: Readonly<Record<string, number>> = LOGGED;
const byLogged = new Map<number, Statement>(
  Object.entries(LOGGED).map(([name, number]) => [number, name as Statement]),
);
const names = Object.keys(STATEMENTS) as Statement[];
const byName = new Map<string, number>(names.map((name, index) => [name, index]));

/** The number of a logged statement on the disk; undefined for any other statement. */
export function loggedNumber(statement: string): number | undefined {
  return logged[statement];
}

/** The statement of a number on the disk. */
export function loggedName(number: number): Statement | undefined {
  return byLogged.get(number);
}

/** A number for any statement, valid within this process only. */
export function threadNumber(statement: string): number | undefined {
  return byName.get(statement);
}

/** The statement of a number that `threadNumber` gave. */
export function threadName(number: number): Statement | undefined {
  return names[number];
}

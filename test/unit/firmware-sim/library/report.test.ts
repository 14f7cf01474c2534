import { describe, expect, it } from 'vitest';
import { type Heard, report } from '../../../../firmware-sim/library/report.ts';

/** Messages published a second apart: `client topic payload`. */
const truth = (...words: string[]) =>
  words.map((each, order) => {
    const [client = '', topic = '', payload = ''] = each.split(' ');
    return {
      is: 'message',
      seq: order,
      atMs: 0,
      client,
      topic,
      payload,
      outcome: 'sent',
      order,
      publishedMs: order * 1000,
    };
  });

/** What arrived: `atMs topic payload`. */
const heard = (...words: string[]): Heard[] =>
  words.map((each) => {
    const [atMs, topic = '', payload = ''] = each.split(' ');
    return { atMs: Number(atMs), topic, payload };
  });

describe('the report', () => {
  it('finds nothing wrong where nothing is', () => {
    expect(report(truth('z a 1', 'z b 1', 'z a 1'), heard('3 a 1', '1004 b 1', '2009 a 1'))).toEqual({
      published: 3,
      received: 3,
      lost: 0,
      unsent: 0,
      duplicated: 0,
      reordered: 0,
      unknown: 0,
      latencyMs: { p50: 4, p99: 9, most: 9 },
    });
  });

  it('counts what was lost, came twice, or came from elsewhere', () => {
    const said = truth('z a 1', 'z a 2', 'z a 1', 'z a 3');
    expect(report(said, heard('1001 a 2', '2001 a 1', '3001 a 3'))).toMatchObject({
      lost: 1,
      reordered: 0,
      duplicated: 0,
    });
    expect(report(said, heard('1 a 1', '2 a 1', '1001 a 2', '2001 a 1', '3001 a 3'))).toMatchObject({
      lost: 0,
      reordered: 0,
      duplicated: 1,
    });
    expect(report(said, heard('5 a 9', '6 b 1', '7 a 3'))).toMatchObject({ lost: 4, unknown: 3, latencyMs: undefined });
  });

  it('counts an order that changed within a client, and none between clients', () => {
    expect(report(truth('z a 1', 'z b 1'), heard('1001 b 1', '1002 a 1')).reordered).toBe(1);
    const [first, ...rest] = truth('z a 1', 'z b 1');
    expect(report([{ ...first, is: 'message', qos: 1 }, ...rest], heard('1001 b 1', '1002 a 1')).reordered).toBe(0);
    expect(report(truth('z a 1', 'y b 1'), heard('1001 b 1', '1002 a 1')).reordered).toBe(0);
  });

  it('does not expect what never left the home', () => {
    const unsent = { is: 'message', seq: 9, atMs: 0, client: 'z', topic: 'a', payload: '9', outcome: 'lost' };
    expect(report([...truth('z a 1'), unsent, { is: 'incident', kind: 'drop' }], heard('1 a 1'))).toMatchObject({
      published: 1,
      unsent: 1,
      lost: 0,
    });
  });
});

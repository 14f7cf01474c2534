/**
 * Loaded before a hub (`node --import`): makes its log and its waits so small that a short recording holds what else
 * takes days: the log going round, settling again and again, the write-ahead log starting over.
 */
import { LIMITS } from '../../../gateway/limits.ts';

Object.assign(LIMITS, {
  logBytes: 48 * 4096,
  logRecordBytes: 4 * 4096,
  settleMs: 1500,
  lazyWriteMs: 700,
  writeAheadBytes: 16 * 4096,
});

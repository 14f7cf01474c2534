import { Counter, Gauge, Registry } from 'prom-client';
import type { HomeCore } from './home-core.ts';
import type { QueueFigures } from './upkeep/condition.ts';

/** The hub's figures in Prometheus' text format: counts and lengths, never content. */
export function hubMetrics(home: HomeCore, queue: QueueFigures): Promise<string> {
  const registry = new Registry();
  const { counts } = home.live;
  const events = new Counter({
    name: 'engawa_events_total',
    help: 'What happened to observations since the start.',
    labelNames: ['what'],
    registers: [registry],
  });
  for (const [what, count] of Object.entries(counts)) events.inc({ what }, count);
  const refused = new Counter({
    name: 'engawa_intake_refusals_total',
    help: 'What the doors refused since the start, by reason.',
    labelNames: ['reason'],
    registers: [registry],
  });
  for (const [reason, count] of Object.entries(home.intakeCounts)) refused.inc({ reason }, count);
  const uplink = home.enrolled?.uplink.status();
  new Gauge({
    name: 'engawa_uplink_connected',
    help: 'Whether the data broker is connected.',
    registers: [registry],
  }).set(uplink?.connected ? 1 : 0);
  storeMetrics(home, registry);
  queueMetrics(queue, registry);
  new Gauge({ name: 'engawa_devices', help: 'Devices the hub knows.', registers: [registry] }).set(
    home.state.devices.all().length,
  );
  return registry.metrics();
}

function storeMetrics(home: HomeCore, registry: Registry): void {
  const { writtenBytes, unsettledBytes, logPages, logPagesUsed } = home.parts.store.figures();
  const registers = [registry];
  new Counter({
    name: 'engawa_store_written_bytes_total',
    help: 'Bytes the store wrote to its card since the start.',
    registers,
  }).inc(writtenBytes);
  new Gauge({
    name: 'engawa_store_unsettled_bytes',
    help: 'Bytes that are in the log and not in the tables.',
    registers,
  }).set(unsettledBytes);
  new Gauge({ name: 'engawa_store_log_pages', help: 'Pages (4 KiB) of the log.', registers }).set(logPages);
  new Gauge({
    name: 'engawa_store_log_used_pages',
    help: 'Pages of the log that hold something the tables do not.',
    registers,
  }).set(logPagesUsed);
}

function queueMetrics({ waiting, thinnedAbove, limit, thinned }: QueueFigures, registry: Registry): void {
  const registers = [registry];
  new Gauge({
    name: 'engawa_outbox_rows',
    help: 'Rows waiting for the acknowledgement of the data broker.',
    registers,
  }).set(waiting);
  new Gauge({
    name: 'engawa_outbox_limit_rows',
    help: 'Rows above which the oldest power is left out.',
    registers,
  }).set(thinnedAbove);
  new Gauge({
    name: 'engawa_outbox_full_rows',
    help: 'Rows above which nothing is taken in.',
    registers,
  }).set(limit);
  new Gauge({
    name: 'engawa_outbox_thinned_rows',
    help: 'Power rows left out because the outbox was full: taken out since the start, and not let in during the last day.',
    registers,
  }).set(thinned);
}

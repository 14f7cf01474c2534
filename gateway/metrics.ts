import { Counter, Gauge, Registry } from 'prom-client';
import type { HomeCore } from './home-core.ts';

/** The hub's figures in Prometheus' text format: counts and lengths, never content. */
export function hubMetrics(home: HomeCore): Promise<string> {
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
  new Gauge({
    name: 'engawa_outbox_rows',
    help: 'Rows waiting for the acknowledgement of the data broker.',
    registers: [registry],
  }).set(uplink?.waiting ?? 0);
  new Gauge({ name: 'engawa_devices', help: 'Devices the hub knows.', registers: [registry] }).set(
    home.state.devices.all().length,
  );
  return registry.metrics();
}

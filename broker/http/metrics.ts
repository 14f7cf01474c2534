import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { COUNTED, type Counted, type Counts } from '../counts.ts';
import type { Ingress } from '../ingest/ingress.ts';
import type { BrokerStore } from '../store/store.ts';
import { hourAt } from '../surroundings.ts';
import { overdueHour } from '../withdrawals/attestations.ts';

/** What metrics are read from. */
export interface Measured {
  readonly counts: Counts;
  readonly store: BrokerStore;
  readonly ingress: () => Ingress | undefined;
  readonly waiting: () => number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** A registry of its own: several brokers can run in one process. */
export function metrics({ counts, store, ingress, waiting, now }: Measured): Registry {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry, prefix: 'engawa_broker_' });
  new Counter({
    name: 'engawa_broker_events_total',
    help: 'What happened since the start, by reason',
    labelNames: ['reason'],
    registers,
    collect() {
      this.reset();
      for (const reason of Object.keys(COUNTED) as Counted[]) this.inc({ reason }, counts.get(reason));
    },
  });
  new Gauge({
    name: 'engawa_broker_stored',
    help: 'Enrolled hubs, and entries ever appended to feeds',
    labelNames: ['kind'],
    registers,
    async collect() {
      for (const [kind, rows] of Object.entries(await store.size())) this.set({ kind }, rows);
    },
  });
  new Gauge({
    name: 'engawa_broker_ingress_connections',
    help: 'MQTT connections cells can arrive on',
    registers,
    collect() {
      this.set(ingress()?.connections() ?? 0);
    },
  });
  new Gauge({
    name: 'engawa_broker_cells_waiting',
    help: 'Cells that wait for their answer',
    registers,
    collect() {
      this.set(waiting());
    },
  });
  new Gauge({
    name: 'engawa_broker_erasures',
    help: 'Erasures recipients were told of: waiting for their attestation, attested, or overdue',
    labelNames: ['state'],
    registers,
    async collect() {
      const counted = await store.erasureCounts(overdueHour(hourAt(now())));
      for (const [state, erasures] of Object.entries(counted)) this.set({ state }, erasures);
    },
  });
  return registry;
}

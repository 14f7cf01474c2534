import { anybody, type Machine, monotonicMs } from './machine.ts';
import { startMosquitto } from './mosquitto.ts';

const TUNED = ['set_tcp_nodelay true', 'max_queued_messages 0', 'max_inflight_messages 0'];

/** Mosquitto with a bridge to the cloud: no consent, no minimization, its memory as its only store between saves. */
export function bridge(isTuned: boolean): Machine {
  return {
    name: isTuned ? 'bridge, tuned' : 'bridge',
    decode: () => ({ kind: 'asSent' }),
    ready: async () => undefined,
    start: async ({ folder, port, cloudPort }) => {
      const lines = [
        ...(isTuned ? TUNED : []),
        'persistence true',
        `persistence_location ${folder}/`,
        'connection cloud',
        `address 127.0.0.1:${cloudPort}`,
        'topic zigbee2mqtt/# out 1',
        'cleansession false',
        'restart_timeout 1',
        'bridge_protocol_version mqttv311',
        'notifications false',
      ];
      const startedAtMs = monotonicMs();
      const child = await startMosquitto(folder, 'bridge', port, lines);
      return { processes: [child], accounts: anybody(port), startedAtMs };
    },
  };
}

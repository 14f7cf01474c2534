import { hasMosquitto, startMosquitto } from '../../kit/mosquitto.ts';
import { ingressSuite } from './ingress-suite.ts';

ingressSuite('the embedded server (aedes)', async () => ({ stop: async () => {} }));

if (hasMosquitto()) {
  ingressSuite('Mosquitto', async () => {
    const mosquitto = await startMosquitto();
    return { ingressUrl: mosquitto.url, hubUrl: mosquitto.url, stop: () => mosquitto.stop() };
  });
}

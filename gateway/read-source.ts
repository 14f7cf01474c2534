import { DIALECT_LIST, readSpoken } from '../devices/subscriber/spoken.ts';
import { type Subscriber, startSubscriber } from '../devices/subscriber/subscriber.ts';
import type { HomeCore } from './home-core.ts';
import { HomeKeys } from './pseudonymize/home-keys.ts';

/** How it is read. */
interface SourceSettings {
  /** The dialects that are spoken there. */
  readonly sourceSpeaks: string;
  /** Certificates (PEM) it is checked with over TLS, instead of the public ones. */
  readonly sourceCa?: string | undefined;
  readonly say: (level: 'info' | 'warn', sentence: string) => void;
}

/** Reads the MQTT broker the household already runs; throws with a sentence where its settings cannot be used. */
export function readSource(url: string, { sourceSpeaks, sourceCa, say }: SourceSettings, home: HomeCore): Subscriber {
  const speaks = readSpoken(sourceSpeaks);
  if (!speaks) throw new Error(`ENGAWA_SOURCE_DIALECTS must name some of ${DIALECT_LIST}, each once, with commas.`);
  return startSubscriber({
    url,
    ca: sourceCa,
    speaks,
    announced: (source) => home.state.devices.announced(source),
    clientId: `engawa-${clientSuffix(home.parts.secret)}`,
    take: home.pipeline.take,
    count: home.countIntake,
    onState: (state) => {
      home.sourceState = state;
      if (state.connected) say('info', "Reading the household's MQTT broker.");
      else say('warn', `The household's MQTT broker cannot be read (${state.trouble}); trying again.`);
    },
  });
}

/** A stable name for this hub at the household's MQTT broker that tells nothing else. */
function clientSuffix(secret: Buffer): string {
  return HomeKeys.sha256('engawa/1/source-client', secret).toString('hex').slice(0, 12);
}

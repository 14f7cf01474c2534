/** The household's MQTT broker as its URL names it. */
export interface Source {
  readonly secure: boolean;
  readonly host: string;
  readonly port: number;
  readonly user: string | undefined;
  readonly password: string | undefined;
}

/** What is wrong with the URL; never the URL itself, which may hold a password. */
export type SourceProblem = 'notUrl' | 'scheme' | 'host';

/** Each problem as a sentence with its remedy. */
export const SOURCE_PROBLEMS: Readonly<Record<SourceProblem, string>> = {
  notUrl: 'it is no URL. Write mqtt://user:password@host:port.',
  scheme: 'it must begin with mqtt:// or mqtts://.',
  host: 'it names no host. Write mqtt://user:password@host:port.',
};

/** Reads `mqtt://user:password@host:port` or `mqtts://…`; ports default to 1883 and 8883. */
export function readSourceUrl(url: string): { ok: true; source: Source } | { ok: false; reason: SourceProblem } {
  if (!URL.canParse(url)) return { ok: false, reason: 'notUrl' };
  const { protocol, hostname, port, username, password } = new URL(url);
  if (protocol !== 'mqtt:' && protocol !== 'mqtts:') return { ok: false, reason: 'scheme' };
  if (hostname === '') return { ok: false, reason: 'host' };
  const secure = protocol === 'mqtts:';
  return {
    ok: true,
    source: {
      secure,
      host: hostname.replace(/^\[(.*)\]$/, '$1'),
      port: port === '' ? (secure ? 8883 : 1883) : Number(port),
      user: username === '' ? undefined : unescaped(username),
      password: password === '' ? undefined : unescaped(password),
    },
  };
}

/** Undoes per cent signs where they are an encoding; a password that merely contains one stays as it is. */
function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

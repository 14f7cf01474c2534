/** What of an account goes into its QR code. */
interface Account {
  readonly name: string;
  readonly password: string;
  readonly server: string;
  readonly base: string;
}

/** The account as one URI, `mqtt://user:password@host:port/base`: nobody defines a QR code for MQTT, this a phone can read, open and copy. */
export function accountUri({ name, password, server, base }: Account): string {
  const uri = new URL(server);
  uri.username = name;
  uri.password = password;
  uri.pathname = `/${base}`;
  return uri.href;
}

/** A QR code as lines for a terminal of so many columns (undefined: not a terminal), or a sentence where it has no room. */
export async function qrLines(text: string, columns: number | undefined): Promise<string[]> {
  // Loaded only when it is asked for.
  const { encodeQR } = await import('qr');
  const dots = encodeQR(text, 'raw', { ecc: 'low', border: 2 });
  const width = dots[0]?.length ?? 0;
  if (columns !== undefined && columns < width)
    return [`The QR code needs a terminal of ${width} columns; this one has ${columns}.`];
  const lines: string[] = [];
  for (let row = 0; row < dots.length; row += 2) lines.push(lineOf(dots[row] ?? [], dots[row + 1] ?? []));
  return lines;
}

/** Two rows in one line of half blocks, dark on light whatever the terminal's colours. */
function lineOf(upper: readonly boolean[], lower: readonly boolean[]): string {
  const halves = upper.map((dark, at) => {
    const below = lower[at] ?? false;
    if (dark) return below ? '█' : '▀';
    return below ? '▄' : ' ';
  });
  return `\u001b[30;107m${halves.join('')}\u001b[0m`;
}

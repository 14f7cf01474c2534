/** The home's time now, in milliseconds, from the last answer of the hub; in the demonstration it runs `speed` times as fast. */
export function homeTimeAt(
  answer: { readonly homeTimeMs: number; readonly speed: number },
  answeredAtMs: number,
  nowMs: number,
): number {
  return answer.homeTimeMs + Math.max(0, nowMs - answeredAtMs) * answer.speed;
}

/** The hour of the day in the home's time zone, 0 to 24 with fractions. */
export function hourOfDay(homeMs: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-GB', {
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone,
  }).formatToParts(homeMs);
  const part = (type: string) => Number(parts.find((each) => each.type === type)?.value ?? 0);
  return part('hour') + part('minute') / 60;
}

/** A stretch of time, from `fromMs` up to `toMs`. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Joins spans that overlap or lie at most `gapMs` apart; the result is sorted. */
export function joinSpans(spans: readonly Span[], gapMs: number): Span[] {
  const joined: Span[] = [];
  for (const span of [...spans].sort((left, right) => left.fromMs - right.fromMs || left.toMs - right.toMs)) {
    const last = joined.at(-1);
    if (last !== undefined && span.fromMs <= last.toMs + gapMs) {
      joined[joined.length - 1] = { fromMs: last.fromMs, toMs: Math.max(last.toMs, span.toMs) };
    } else {
      joined.push({ fromMs: span.fromMs, toMs: span.toMs });
    }
  }
  return joined;
}

/** What of some spans lies in one of the windows. */
export function within(spans: readonly Span[], windows: readonly Span[]): Span[] {
  return spans.flatMap((span) =>
    windows.flatMap((window) => {
      const fromMs = Math.max(span.fromMs, window.fromMs);
      const toMs = Math.min(span.toMs, window.toMs);
      return toMs > fromMs ? [{ fromMs, toMs }] : [];
    }),
  );
}

/** What of some spans lies in none of the holes. */
export function without(spans: readonly Span[], holes: readonly Span[]): Span[] {
  return joinSpans(holes, 0).reduce<Span[]>(
    (left, hole) =>
      left.flatMap(({ fromMs, toMs }) => {
        const parts = [
          { fromMs, toMs: Math.min(toMs, hole.fromMs) },
          { fromMs: Math.max(fromMs, hole.toMs), toMs },
        ];
        return parts.filter((part) => part.toMs > part.fromMs);
      }),
    [...spans],
  );
}

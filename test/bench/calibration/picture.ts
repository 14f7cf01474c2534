/** A line of a picture. */
export interface Line {
  readonly name: string;
  readonly colour: string;
  /** Values at equal distances; NaN leaves a gap. */
  readonly values: readonly number[];
}

/** What a picture shows. */
export interface Chart {
  readonly title: string;
  /** What stands along the axis of time, at equal distances. */
  readonly ticks: readonly string[];
  readonly most: number;
  readonly unit: string;
  readonly lines: readonly Line[];
}

const WIDTH = 860;
const HEIGHT = 260;
const LEFT = 56;
const TOP = 44;
const BOTTOM = 30;

/** Draws charts one below the other, as an SVG that reads on a light and a dark page. */
export function picture(charts: readonly Chart[]): string {
  const height = charts.length * HEIGHT;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12">`,
    `<title>${charts.map(({ title }) => title).join(', ')}</title>`,
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    ...charts.map((chart, index) => `<g transform="translate(0 ${index * HEIGHT})">${drawn(chart)}</g>`),
    '</svg>\n',
  ].join('\n');
}

function drawn({ title, ticks, most, unit, lines }: Chart): string {
  const wide = WIDTH - LEFT - 16;
  const high = HEIGHT - TOP - BOTTOM;
  const y = (value: number): number => Math.round((TOP + high - (Math.min(value, most) / most) * high) * 10) / 10;
  const grid = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const at = y(share * most);
    const text = Math.round(share * most * 100) / 100;
    return `<path d="M${LEFT} ${at}H${LEFT + wide}" stroke="#ddd"/><text x="${LEFT - 6}" y="${at + 4}" text-anchor="end" fill="#555">${text}</text>`;
  });
  const times = ticks.map((tick, index) => {
    const at = Math.round(LEFT + (wide * index) / Math.max(1, ticks.length - 1));
    return `<text x="${at}" y="${HEIGHT - 8}" text-anchor="middle" fill="#555">${tick}</text>`;
  });
  const legend = lines.map(
    ({ name, colour }, index) =>
      `<path d="M${LEFT + 190 + index * 200} 14h24" stroke="${colour}" stroke-width="2"/><text x="${LEFT + 220 + index * 200}" y="18" fill="#222">${name}</text>`,
  );
  const paths = lines.map(({ colour, values }) => {
    const step = wide / Math.max(1, values.length - 1);
    let pen = 'M';
    const points = values.map((value, index) => {
      if (!Number.isFinite(value)) {
        pen = 'M';
        return '';
      }
      const point = `${pen}${Math.round((LEFT + index * step) * 10) / 10} ${y(value)}`;
      pen = 'L';
      return point;
    });
    return `<path d="${points.join('')}" fill="none" stroke="${colour}" stroke-width="1.6"/>`;
  });
  return [
    `<text x="${LEFT}" y="18" font-weight="bold" fill="#222">${title}</text>`,
    `<text x="${LEFT - 6}" y="34" text-anchor="end" fill="#555">${unit}</text>`,
    ...legend,
    ...grid,
    ...times,
    ...paths,
  ].join('\n');
}

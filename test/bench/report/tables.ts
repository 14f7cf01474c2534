import { type Figure, type Figures, median } from '../measure/figures.ts';

/** A value with as many digits as mean something. */
export function shown(value: number): string {
  if (Number.isNaN(value)) return '-';
  const size = Math.abs(value);
  const digits = size >= 100 || Number.isInteger(value) ? 0 : size >= 10 ? 1 : 2;
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** Median with the lowest and highest run behind it, where there were several. */
export function spread({ values, unit }: Pick<Figure, 'values' | 'unit'>): string {
  const middle = `${shown(median(values))} ${unit}`;
  if (values.length < 2) return middle;
  return `${middle} [${shown(Math.min(...values))}..${shown(Math.max(...values))}]`;
}

/** Every figure as a Markdown table: scenario, who, what, median and spread. */
export function tables(figures: Figures): string {
  const rows = figures.all().map((one) => `| ${one.scenario} | ${one.who} | ${one.what} | ${spread(one)} |`);
  return ['| scenario | who | what | median [lowest..highest] |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

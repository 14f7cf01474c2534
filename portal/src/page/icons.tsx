import type { JSX } from 'preact';

/** Line drawings on a 24 by 24 grid; each stands beside words and is hidden from assistive technology. */
const PATHS: Record<string, string> = {
  door: 'M6 21V4.500L15 3v18M4 21h16M15 6h3v15M12 12v1.500',
  person:
    'M12 8.200a2.600 2.600 0 1 0 0-5.200 2.600 2.600 0 0 0 0 5.200ZM7 21l1.500-6.500L7 12l3-2.500h4l3 2.500-1.500 2.500L17 21M12 15.500V21',
  bolt: 'M13 2.500 5.500 13.500H11l-1 8 8-11.500h-5.500l.5-7.500Z',
  lock: 'M6 11h12v10H6zM8.500 11V7.500a3.500 3.500 0 0 1 7 0V11M12 15v2.500',
  battery: 'M4 8h14v9H4zM20.500 11v3M7 11v3M10 11v3',
  signal: 'M5 20v-3M10 20v-7M15 20V9M20 20V4',
  device: 'M5 4h14v16H5zM9 8h6M9 12h6M12 16.500v.5',
  out: 'M4 12h15M13 6l6 6-6 6',
  hold: 'M7 3h10M7 21h10M8 3v3.500c0 2.500 4 3.500 4 5.500s-4 3-4 5.500V21M16 3v3.500c0 2.500-4 3.500-4 5.500s4 3 4 5.500V21',
  stay: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM5.700 5.700l12.600 12.600',
  inside: 'M3.500 11.500 12 4l8.500 7.500M6 10v10h12V10',
  outside: 'M12 21v-7M12 14c-4 0-6-2.500-6-5.500S8.500 3 12 3s6 2.500 6 5.500-2 5.500-6 5.500ZM5 21h14',
  check: 'M5 12.500l4.500 4.500L19 7',
  clock: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM12 7v5l3.500 2',
  globe: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM3 12h18M12 3c3 3 3 15 0 18M12 3c-3 3-3 15 0 18',
  pause: 'M8 5v14M16 5v14',
  play: 'M7 4.500v15l12-7.500-12-7.500Z',
  close: 'M6 6l12 12M18 6 6 18',
  warn: 'M12 4 2.800 20h18.400L12 4ZM12 10v4.500M12 17v.5',
  link: 'M9.500 14.500 14.500 9.500M8 12l-2.500 2.500a3.500 3.500 0 0 0 5 5L13 17M16 12l2.500-2.500a3.500 3.500 0 0 0-5-5L11 7',
  cut: 'M8 12l-2.500 2.500a3.500 3.500 0 0 0 5 5L13 17M16 12l2.500-2.500a3.500 3.500 0 0 0-5-5L11 7M4 4l16 16',
};

/** One drawing, as tall as the text beside it unless a class says otherwise. */
export function Icon({ name, ...more }: { name: string; class?: string }): JSX.Element {
  return (
    <svg class={`icon ${more.class ?? ''}`} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name] ?? PATHS.device ?? ''} />
    </svg>
  );
}

/** The same drawing made without a component, for what moves outside the page's tree. */
export function drawnIcon(name: string): SVGSVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('class', 'icon');
  path.setAttribute('d', PATHS[name] ?? PATHS.device ?? '');
  svg.append(path);
  return svg;
}

/** The drawing for a kind of reading or a data category. */
export function kindIcon(kind: string | null): string {
  if (kind === null) return 'device';
  if (kind.startsWith('contact')) return 'door';
  if (kind.startsWith('occupancy') || kind.startsWith('presence')) return 'person';
  if (kind.startsWith('power') || kind.startsWith('energy') || kind.startsWith('switch')) return 'bolt';
  if (kind.startsWith('lock')) return 'lock';
  if (kind.startsWith('battery')) return 'battery';
  return kind.startsWith('link') ? 'signal' : 'device';
}

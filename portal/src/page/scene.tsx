import type { JSX } from 'preact';
import { hourOfDay } from '../live/home-clock.ts';
import { flows } from '../live/sentence.ts';
import { useHousePage } from './house-page.ts';
import { useWords } from './use-words.ts';

interface Plan {
  readonly widths: readonly [number, number, number];
  readonly height: number;
}

/** Widths of the three parts in the drawing's units; the wide one matches the columns below it. */
const WIDE: Plan = { widths: [420, 400, 460], height: 138 };
const NARROW: Plan = { widths: [130, 130, 130], height: 104 };

function skyName(hour: number): string {
  if (hour < 4.5 || hour >= 19.5) return 'night';
  if (hour < 7) return 'dawn';
  return hour < 16.5 ? 'day' : 'dusk';
}

/** Sun by day and moon by night, along an arc over the garden. */
function Light({ hour, from, width }: { hour: number; from: number; width: number }): JSX.Element {
  const sun = hour >= 5 && hour < 19;
  const way = sun ? (hour - 5) / 14 : ((hour + 5) % 24) / 10;
  const x = from + 36 + (width - 72) * way;
  const y = 76 - Math.sin(Math.PI * way) * 52;
  return sun ? (
    <circle class="sun" cx={x} cy={y} r="11" />
  ) : (
    <path class="moon" d={`M${x} ${y - 10}a10 10 0 1 0 8 16a8.500 8.500 0 0 1-8-16Z`} />
  );
}

function Room({ width, floor }: { width: number; floor: number }): JSX.Element {
  const lampX = width * 0.56;
  return (
    <g>
      <rect class="room" x="0" y="0" width={width} height={floor} />
      <circle class="glow" cx={lampX} cy={floor - 42} r="52" />
      <circle class="round-window" cx={width * 0.24} cy={floor - 48} r="21" />
      <path
        class="lattice"
        d={`M${width * 0.24} ${floor - 69}v42M${width * 0.24 - 21} ${floor - 48}h42M${width * 0.24 - 18} ${floor - 58}h36M${width * 0.24 - 18} ${floor - 38}h36`}
      />
      <path class="cord" d={`M${lampX} 0V${floor - 58}`} />
      <path class="lamp" d={`M${lampX - 13} ${floor - 44}q13-26 26 0q-13 5-26 0Z`} />
      <path
        class="table"
        d={`M${lampX - 30} ${floor - 15}h60v4h-60ZM${lampX - 24} ${floor - 11}h4v11h-4ZM${lampX + 20} ${floor - 11}h4v11h-4Z`}
      />
      <path class="cup" d={`M${lampX - 5} ${floor - 21}h9v6h-9Z`} />
      <path
        class="cushion"
        d={`M${lampX - 62} ${floor - 5}h24q3 0 3 5h-30q0-5 3-5ZM${lampX + 38} ${floor - 5}h24q3 0 3 5h-30q0-5 3-5Z`}
      />
    </g>
  );
}

function Shoji({
  x,
  y,
  width,
  height,
  moving,
}: {
  x: number;
  y: number;
  width: number;
  height: number;
  moving?: boolean;
}): JSX.Element {
  const third = width / 3;
  const quarter = height / 4;
  return (
    <g class={moving ? 'shoji shoji-moving' : 'shoji'}>
      <rect class="paper-door" x={x} y={y} width={width} height={height} />
      <path
        class="lattice"
        d={`M${x + third} ${y}v${height}M${x + 2 * third} ${y}v${height}M${x} ${y + quarter}h${width}M${x} ${y + 2 * quarter}h${width}M${x} ${y + 3 * quarter}h${width}`}
      />
      <rect class="door-frame" x={x} y={y} width={width} height={height} />
    </g>
  );
}

function Veranda({
  from,
  width,
  floor,
  narrow,
}: {
  from: number;
  width: number;
  floor: number;
  narrow: boolean;
}): JSX.Element {
  const door = narrow ? 24 : 44;
  const end = from + width;
  const catX = from + width * (narrow ? 0.36 : 0.34);
  const top = narrow ? 32 : 44;
  return (
    <g>
      <Shoji x={end - 2 * door - 7} y={top} width={door} height={floor - top} />
      <Shoji x={end - door - 7} y={top} width={door} height={floor - top} moving />
      <rect class="pillar" x={from - 5} y="10" width="10" height={floor - 10} />
      <rect class="pillar" x={end - 7} y="24" width="9" height={floor - 24} />
      <path
        class="cat"
        d={`M${catX - 17} ${floor}q-3-15 12-16q4-1 8 1l3-5 3 5 5 0 3-4 1 8q2 7-3 11ZM${catX - 16} ${floor - 1}q-9-1-8-8q1-4 4-3q-2 6 5 8Z`}
      />
      <path class="cord" d={`M${from + width * 0.14} 24v22`} />
      <path class="chime" d={`M${from + width * 0.14 - 6} 54q0-9 6-9t6 9Z`} />
      <path class="chime-paper" d={`M${from + width * 0.14 - 2.5} 60h5v14h-5Z`} />
    </g>
  );
}

function Garden({
  from,
  width,
  floor,
  narrow,
}: {
  from: number;
  width: number;
  floor: number;
  narrow: boolean;
}): JSX.Element {
  const end = from + width;
  const lanternX = from + width * (narrow ? 0.5 : 0.3);
  const pineX = from + width * (narrow ? 0.8 : 0.74);
  return (
    <g>
      <path
        class="hills"
        d={`M${from - width} ${floor}q${width * 0.45}-46 ${width * 0.95}-14q${width * 0.25}-42 ${width * 0.5}-16q${width * 0.22}-36 ${width * 0.56}-6L${end + 10} ${floor}Z`}
      />
      <path class="pine-trunk" d={`M${pineX} ${floor}q-8-26 5-44q6-10 2-24`} />
      <path
        class="pine"
        d={`M${pineX - 38} ${floor - 50}q16-15 34-4q14-9 26 4q-30 10-60 0ZM${pineX - 18} ${floor - 70}q18-15 34-2q9-5 18 5q-26 8-52-3ZM${pineX + 2} ${floor - 32}q14-12 26-2q8-4 16 4q-22 7-42-2Z`}
      />
      <path
        class="stone"
        d={`M${lanternX - 10} ${floor}l3-5h14l3 5ZM${lanternX - 3.5} ${floor - 5}v-16h7v16ZM${lanternX - 9} ${floor - 21}h18l-2-4h-14ZM${lanternX - 12} ${floor - 38}q12-4 12-9q0 5 12 9Z`}
      />
      <rect class="lantern-light" x={lanternX - 6} y={floor - 38} width="12" height="13" />
      <path
        class="stepping"
        d={`M${from + 14} ${floor + 7}q2-5 16-5t16 5ZM${from + width * 0.42} ${floor + 9}q2-5 17-5t17 5Z`}
      />
    </g>
  );
}

/** The house in section: what is inside, the veranda whose paper doors open only for a consent, and the garden. */
export function Scene({ narrow }: { narrow: boolean }): JSX.Element {
  const page = useHousePage();
  const words = useWords();
  const state = page.state.value;
  const { widths, height } = narrow ? NARROW : WIDE;
  const [inside, veranda, outside] = widths;
  const width = inside + veranda + outside;
  const house = inside + veranda;
  const floor = height - 14;
  const hour = state ? hourOfDay(page.homeMs.value, state.timeZone) : 12;
  const open = state !== null && flows(words.language, state).length > 0;
  const eave = narrow ? 16 : 40;
  return (
    <div class={`scene sky-${skyName(hour)} ${open ? 'doors-open' : 'doors-closed'}`}>
      <svg viewBox={`0 0 ${width} ${height}`} aria-hidden="true" focusable="false">
        <rect class="sky" x="0" y="0" width={width} height={height} />
        <Light hour={hour} from={house} width={outside} />
        <Garden from={house} width={outside} floor={floor} narrow={narrow} />
        <Room width={inside} floor={floor} />
        <Veranda from={inside} width={veranda} floor={floor} narrow={narrow} />
        <path class="roof" d={`M0 0H${house - (narrow ? 40 : 150)}L${house + eave} 28l-3 7L${house - 8} 27H0Z`} />
        <path class="roof-edge" d={`M0 27H${house - 8}L${house + eave - 3} 35`} />
        <rect class="tatami" x="0" y={floor} width={inside} height="14" />
        <rect class="boards" x={inside - 4} y={floor} width={veranda + 10} height="9" />
        <rect class="under" x={inside} y={floor + 9} width={veranda} height="5" />
        <rect class="ground" x={house + 6} y={floor} width={outside} height="14" />
      </svg>
      <p class="visually-hidden">
        {words.text('scene.label')} {words.text(open ? 'scene.open' : 'scene.closed')}
      </p>
      <i class="lane-anchor" data-lane="inside" />
      <i class="lane-anchor" data-lane="engawa" />
      <i class="lane-anchor" data-lane="outside" />
    </div>
  );
}

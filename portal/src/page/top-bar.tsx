import type { JSX } from 'preact';
import type { HubState } from '../api/hub-state.ts';
import type { Language } from '../live/localised.ts';
import { useHousePage } from './house-page.ts';
import { Icon } from './icons.tsx';
import { keepLanguage } from './language.ts';
import { useWords } from './use-words.ts';

const LANGUAGES: readonly { readonly code: Language; readonly name: string }[] = [
  { code: 'ja', name: '日本語' },
  { code: 'en', name: 'English' },
];

/** The two languages, each named in itself. */
export function LanguageSwitch(): JSX.Element {
  const page = useHousePage();
  const words = useWords();
  return (
    <fieldset class="languages" aria-label={words.text('page.language')}>
      {LANGUAGES.map((each) => (
        <button
          type="button"
          key={each.code}
          lang={each.code}
          aria-pressed={each.code === words.language}
          onClick={() => {
            page.language.value = each.code;
            keepLanguage(each.code);
          }}
        >
          {each.name}
        </button>
      ))}
    </fieldset>
  );
}

function HomeTime(): JSX.Element {
  const page = useHousePage();
  const words = useWords();
  const homeMs = page.homeMs.value;
  return (
    <p class="home-time">
      <span class="visually-hidden">{words.text('time.label')} </span>
      <span class="home-day">{words.day(homeMs)}</span>
      <time class="home-clock">{words.clock(homeMs)}</time>
    </p>
  );
}

function Demo({ state }: { state: HubState }): JSX.Element {
  const words = useWords();
  const seconds = 3600 / Math.max(1, state.speed);
  const hint =
    seconds >= 60
      ? words.text('time.demoHint', { minutes: words.number(Math.round(seconds / 60)) })
      : words.text('time.demoHintSeconds', { seconds: words.number(Math.max(1, Math.round(seconds))) });
  return (
    <p class="demo">
      <strong>{words.text('time.demo', { speed: words.number(state.speed) })}</strong>
      <span class="demo-hint">{hint}</span>
    </p>
  );
}

function Uplink({ state }: { state: HubState }): JSX.Element {
  const words = useWords();
  const { connected, waiting } = state.uplink;
  const key = !connected ? 'uplink.down' : waiting > 0 ? 'uplink.waiting' : 'uplink.connected';
  return (
    <p class={connected ? 'uplink' : 'uplink uplink-down'}>
      <Icon name={connected ? 'link' : 'cut'} />
      {words.text(key, { count: words.number(waiting) })}
    </p>
  );
}

/** Name, home time, how the line to the data broker is, and the language. */
export function TopBar(): JSX.Element {
  const page = useHousePage();
  const words = useWords();
  const state = page.screen.value === 'house' ? page.state.value : null;
  return (
    <header class="top-bar">
      <p class="brand">
        <svg class="brand-mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
          <path d="M3 12.500 19 6l9 6M7 12.500v12M19.500 12.500v12" />
          <path class="brand-board" d="M3 25h26" />
          <circle cx="26" cy="18" r="2.300" />
        </svg>
        <span class="brand-name">{words.text('page.name')}</span>
      </p>
      {state && <HomeTime />}
      {state?.mode === 'demo' && <Demo state={state} />}
      <div class="top-right">
        {state && <Uplink state={state} />}
        <LanguageSwitch />
      </div>
    </header>
  );
}

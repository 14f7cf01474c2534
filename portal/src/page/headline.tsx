import type { JSX } from 'preact';
import type { HubState } from '../api/hub-state.ts';
import { awaitingErasure, type Flow, flows } from '../live/sentence.ts';
import { useHousePage } from './house-page.ts';
import { Icon } from './icons.tsx';
import { useWords, type Words } from './use-words.ts';

const FLOWS = 4;

function Items({ flow, words }: { flow: Flow; words: Words }): JSX.Element {
  return (
    <>
      {flow.items.map((item, index) => (
        <>
          {index > 0 && words.text('sentence.and')}
          <strong key={item.what}>{words.text('sentence.item', item)}</strong>
        </>
      ))}
    </>
  );
}

function Nothing({ words }: { words: Words }): JSX.Element {
  const [before = '', after = ''] = words.text('sentence.none').split('{strong}');
  return (
    <h1>
      {before}
      <strong>{words.text('sentence.noneStrong')}</strong>
      {after}
    </h1>
  );
}

function One({ flow, words }: { flow: Flow; words: Words }): JSX.Element {
  return (
    <h1>
      {words.text('sentence.lead')}
      <Items flow={flow} words={words} />
      {words.text('sentence.end')}
    </h1>
  );
}

function Recipients({ all, words }: { all: readonly Flow[]; words: Words }): JSX.Element {
  const only = all.length === 1 ? all[0] : undefined;
  if (only) {
    return (
      <p class="headline-recipient">
        <Icon name="out" />
        {words.text('sentence.recipient', { name: only.recipient })}
      </p>
    );
  }
  return (
    <ul class="headline-flows">
      {all.slice(0, FLOWS).map((flow) => (
        <li key={flow.offer}>
          <Icon name="out" />
          <span>
            {flow.recipient}
            {words.language === 'ja' ? '：' : ': '}
            <Items flow={flow} words={words} />
          </span>
        </li>
      ))}
      {all.length > FLOWS && <li>{words.text('sentence.more', { count: words.number(all.length - FLOWS) })}</li>}
    </ul>
  );
}

function Counts({ words }: { words: Words }): JSX.Element {
  const page = useHousePage();
  const counts = page.counts.value;
  const rows = [
    ['seen', 'inside', counts.seen],
    ['held', 'hold', counts.held],
    ['refused', 'stay', counts.refused],
    ['left', 'out', counts.left],
  ] as const;
  return (
    <div class="counts-place">
      <p class="counts-label" id="counts-label">
        {words.text('counts.label')}
      </p>
      <ul class="counts" aria-labelledby="counts-label">
        {rows.map(([name, icon, value]) => (
          <li key={name} class={`count count-${name}`}>
            <Icon name={icon} />
            <b>{words.number(value)}</b>
            <span>{words.text(`counts.${name}`)}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** What must be said beside the sentence for it to be the whole truth. */
function headlineNotes(state: HubState, words: Words): readonly string[] {
  const { connected, waiting } = state.uplink;
  const notes = awaitingErasure(state) ? [words.text('sentence.erasing')] : [];
  const hubSays = state.hub.health === 'ok' ? undefined : words.of(state.hub.sentence);
  const queue =
    !connected && waiting > 0 ? words.text('uplink.downSentence', { count: words.number(waiting) }) : undefined;
  // The hub's sentence for a lost line would say the same again; for anything graver it is said too.
  if (queue) notes.push(queue);
  if (hubSays && !(queue && state.hub.health === 'waiting')) notes.push(hubSays);
  if (!connected && !queue && !hubSays) notes.push(words.text('uplink.downSentenceNone'));
  return notes;
}

/** One sentence, computed from the consents in force: what leaves this home now, and for whom. */
export function Headline(): JSX.Element | null {
  const page = useHousePage();
  const words = useWords();
  const state = page.state.value;
  if (!state) return null;
  const all = flows(words.language, state);
  const first = all[0];
  const notes = headlineNotes(state, words);
  return (
    <div class={first ? 'headline headline-full' : 'headline'}>
      {!first && <Nothing words={words} />}
      {first && all.length === 1 && <One flow={first} words={words} />}
      {all.length > 1 && <h1>{words.text('sentence.several', { count: words.number(all.length) })}</h1>}
      {(first || notes.length > 0) && (
        <div class="headline-words">
          {first && <Recipients all={all} words={words} />}
          {notes.map((note) => (
            <p class="headline-note" key={note}>
              {note}
            </p>
          ))}
        </div>
      )}
      <Counts words={words} />
    </div>
  );
}

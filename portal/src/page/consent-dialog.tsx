import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Offer } from '../api/hub-state.ts';
import { categoryText, levelText, purposeText, recipientClassText, type TextKey } from '../texts/texts.ts';
import { grantOffer } from './actions.ts';
import { useHousePage } from './house-page.ts';
import { Icon } from './icons.tsx';
import { scrolling } from './scrolling.ts';
import { useWords, type Words } from './use-words.ts';

/** What is known about how telling such data is, whatever the name says; it stands before the yes. */
function warnings(offer: Offer): readonly TextKey[] {
  const power = offer.categories.some((each) => each.category.startsWith('power.') && each.level !== 'L1');
  const events = offer.categories.some((each) => each.level === 'L5');
  return [
    ...(offer.lane === 'prompt' ? (['dialog.warnPrompt'] as const) : []),
    ...(events ? (['dialog.warnEvents'] as const) : []),
    ...(power ? (['dialog.warnPower'] as const) : []),
  ];
}

/** Coarser levels a resident may choose instead: a daily total for power in windows. */
function levelChoices(offer: Offer): readonly string[] {
  const only = offer.categories.length === 1 ? offer.categories[0] : undefined;
  if (!only?.category.startsWith('power.')) return [];
  return only.level === 'L4' || only.level === 'L3' ? [only.level, 'L2'] : [];
}

function Notice({ offer }: { offer: Offer }): JSX.Element {
  const words = useWords();
  const notice = offer.notice[words.language];
  const parts = [
    { title: words.text('dialog.information'), text: notice.information, tag: undefined },
    { title: words.text('dialog.purpose'), text: notice.purpose, tag: purposeText(words.language, offer.purpose) },
    {
      title: words.text('dialog.recipients'),
      text: notice.recipients,
      tag: `${words.of(offer.recipient.name)} · ${recipientClassText(words.language, offer.recipient.class)}`,
    },
  ];
  return (
    <ol class="notice">
      {parts.map((part) => (
        <li key={part.title}>
          <h3>{part.title}</h3>
          {part.tag && <p class="notice-tag">{part.tag}</p>}
          <p>{part.text}</p>
        </li>
      ))}
    </ol>
  );
}

function LevelChoice({
  offer,
  level,
  onLevel,
}: {
  offer: Offer;
  level: string;
  onLevel(level: string): void;
}): JSX.Element {
  const words = useWords();
  const only = offer.categories[0];
  return (
    <fieldset class="levels">
      <legend>{words.text('dialog.levelChoice')}</legend>
      {levelChoices(offer).map((each) => (
        <label key={each} class="level">
          <input type="radio" name="level" value={each} checked={each === level} onChange={() => onLevel(each)} />
          <span>{levelText(words.language, only?.category ?? '', each, only?.windowMinutes)}</span>
        </label>
      ))}
    </fieldset>
  );
}

function validity(offer: Offer, words: Words): string {
  if (offer.granted) return words.text('dialog.validityUntil', { date: words.date(offer.granted.expiresMs) });
  if (offer.validityMonths === undefined) return words.text('dialog.validityMost');
  return words.text('dialog.validityMonths', { months: offer.validityMonths });
}

function LevelTerms({ offer }: { offer: Offer }): JSX.Element {
  const words = useWords();
  const granted = (category: string) => offer.granted?.categories.find((each) => each.category === category)?.level;
  return (
    <>
      <dt>{words.text('dialog.level')}</dt>
      {offer.categories.map((each) => (
        <dd key={each.category}>
          {words.text('dialog.levelOf', {
            what: categoryText(words.language, each.category),
            how: levelText(words.language, each.category, granted(each.category) ?? each.level, each.windowMinutes),
          })}
        </dd>
      ))}
    </>
  );
}

function Terms({ offer, withLevel }: { offer: Offer; withLevel: boolean }): JSX.Element {
  const words = useWords();
  return (
    <dl class="terms">
      {withLevel && <LevelTerms offer={offer} />}
      <dt>{words.text('dialog.retention')}</dt>
      {offer.categories.map((each) => (
        <dd key={each.category}>
          {words.text('dialog.retentionDays', {
            what: categoryText(words.language, each.category),
            days: words.number(each.retentionDays),
          })}
        </dd>
      ))}
      <dt>{words.text('dialog.validity')}</dt>
      <dd>{validity(offer, words)}</dd>
      <dt>{words.text('dialog.lane')}</dt>
      <dd>{words.text(offer.lane === 'prompt' ? 'dialog.lanePrompt' : 'dialog.laneShaped')}</dd>
      <dt>{words.text('dialog.benefit')}</dt>
      <dd>{words.of(offer.benefit)}</dd>
    </dl>
  );
}

function Content({ offer, close }: { offer: Offer; close(): void }): JSX.Element {
  const page = useHousePage();
  const words = useWords();
  const level = useSignal(offer.categories[0]?.level ?? 'L0');
  const choices = offer.granted ? [] : levelChoices(offer);
  const give = () => {
    close();
    const coarser = choices.length > 0 && level.value !== offer.categories[0]?.level ? level.value : undefined;
    void grantOffer(page, offer, coarser);
  };
  return (
    <div class="dialog-body">
      <h2 id="dialog-title" tabIndex={-1}>
        <span class="dialog-over">{words.text('dialog.title')}</span>
        {words.of(offer.recipient.name)}
      </h2>
      <div class="dialog-scroll" {...scrolling('dialog-title')}>
        <Notice offer={offer} />
        <div class="know">
          <h3>
            <Icon name="warn" />
            {words.text('dialog.know')}
          </h3>
          <ul>
            {[...warnings(offer), 'dialog.pseudonym' as const].map((key) => (
              <li key={key}>{words.text(key)}</li>
            ))}
          </ul>
        </div>
        {choices.length > 0 && (
          <LevelChoice
            offer={offer}
            level={level.value}
            onLevel={(each) => {
              level.value = each as typeof level.value;
            }}
          />
        )}
        <h3>{words.text('dialog.terms')}</h3>
        <Terms offer={offer} withLevel={choices.length === 0} />
      </div>
      <div class="dialog-buttons">
        <button type="button" class="button" onClick={close}>
          {words.text(offer.granted ? 'dialog.close' : 'dialog.leave')}
        </button>
        {!offer.granted && (
          <button type="button" class="button button-yes" onClick={give}>
            {words.text('dialog.give')}
          </button>
        )}
      </div>
    </div>
  );
}

/** The whole notice of one offer, in the three parts people know; Escape and "not now" change nothing. */
export function ConsentDialog(): JSX.Element {
  const page = useHousePage();
  const element = useRef<HTMLDialogElement>(null);
  const slug = page.dialog.value;
  const offer = page.state.value?.offers.find((each) => each.offer === slug);
  const wanted = offer !== undefined;
  const close = () => {
    page.dialog.value = null;
  };
  useLayoutEffect(() => {
    const dialog = element.current;
    if (wanted && dialog && !dialog.open) {
      dialog.showModal();
      dialog.querySelector<HTMLElement>('#dialog-title')?.focus();
    }
    if (!wanted && dialog?.open) dialog.close();
  }, [wanted]);
  return (
    <dialog
      ref={element}
      class="dialog"
      aria-labelledby="dialog-title"
      // What is asked decides whether the dialog is open: a browser tells of a closed dialog only later, when the next one may already be asked for.
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
      onClose={() => {
        if (wanted && !element.current?.open) close();
      }}
    >
      {offer && <Content offer={offer} close={close} key={offer.offer} />}
    </dialog>
  );
}

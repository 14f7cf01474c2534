import type { ComponentChildren, JSX } from 'preact';
import type { HubConnection } from './connect.ts';
import { useHousePage } from './house-page.ts';
import { useWords } from './use-words.ts';

function StillHouse(): JSX.Element {
  return (
    <svg class="still-house" viewBox="0 0 240 110" aria-hidden="true" focusable="false">
      <path class="roof" d="M14 46 92 14h52l74 32-4 7H18Z" />
      <path class="pillar" d="M34 52h7v42h-7ZM150 52h7v42h-7ZM196 52h6v42h-6Z" />
      <path class="paper-door" d="M48 56h48v38H48ZM98 56h48v38H98Z" />
      <path class="lattice" d="M64 56v38M80 56v38M114 56v38M130 56v38M48 69h98M48 82h98" />
      <path class="boards" d="M26 94h192v7H26Z" />
    </svg>
  );
}

function Plain({ title, children }: { title: string; children?: ComponentChildren }): JSX.Element {
  return (
    <div class="plain-screen">
      <StillHouse />
      <h1>{title}</h1>
      {children}
    </div>
  );
}

/** Shown until the first answer. */
export function Loading(): JSX.Element {
  const words = useWords();
  return (
    <div role="status">
      <Plain title={words.text('loading.title')} />
    </div>
  );
}

/** Shown without a session: which command prints a new link. */
export function SignedOut({ used }: { used: boolean }): JSX.Element {
  const words = useWords();
  return (
    <Plain title={words.text('signedOut.title')}>
      {used && <p class="plain-strong">{words.text('signedOut.used')}</p>}
      <p>{words.text('signedOut.how')}</p>
      <pre class="command">
        <code>engawa hub link</code>
      </pre>
      <p class="quiet">{words.text('signedOut.demo')}</p>
    </Plain>
  );
}

/** Shown when the hub never answered since the page opened. */
export function Unreachable({ connection }: { connection: HubConnection }): JSX.Element {
  const words = useWords();
  return (
    <Plain title={words.text('connection.waitingTitle')}>
      <p>{words.text('connection.waiting')}</p>
      <button type="button" class="button" onClick={() => void connection.refresh()}>
        {words.text('connection.retry')}
      </button>
    </Plain>
  );
}

/** Shown inside the house while no device is known: how to bring in the first one. */
export function NoDevices(): JSX.Element {
  const page = useHousePage();
  const words = useWords();
  const demo = page.state.value?.mode === 'demo';
  return (
    <div class="empty-card">
      <h3>{words.text('empty.title')}</h3>
      <p>{words.text('empty.lead')}</p>
      <p class="quiet">{words.text('empty.how')}</p>
      <pre class="command">
        <code>engawa hub device add NAME --dialect zigbee2mqtt{demo ? ' --demo' : ''}</code>
      </pre>
    </div>
  );
}

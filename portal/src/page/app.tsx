import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { HubConnection } from './connect.ts';
import { ConsentDialog } from './consent-dialog.tsx';
import { Flights } from './flights.tsx';
import { Headline } from './headline.tsx';
import { House } from './house.tsx';
import { useHousePage } from './house-page.ts';
import { OfflineNotice, SpokenSummary, ToastPlace } from './notices.tsx';
import { Quarantine } from './quarantine.tsx';
import { Loading, SignedOut, Unreachable } from './screens.tsx';
import { TopBar } from './top-bar.tsx';
import { Upkeep } from './upkeep.tsx';
import { useWords } from './use-words.ts';

function Live({ connection }: { connection: HubConnection }): JSX.Element {
  return (
    <>
      <OfflineNotice connection={connection} />
      <Headline />
      <Quarantine />
      <House />
      <Upkeep />
      <SpokenSummary />
      <Flights />
      <ConsentDialog />
    </>
  );
}

function Main({ connection }: { connection: HubConnection }): JSX.Element {
  const page = useHousePage();
  switch (page.screen.value) {
    case 'house':
      return <Live connection={connection} />;
    case 'signedOut':
    case 'signedOutUsed':
      return <SignedOut used={page.screen.value === 'signedOutUsed'} />;
    case 'unreachable':
      return <Unreachable connection={connection} />;
    case 'loading':
      return <Loading />;
  }
}

/** The whole page. */
export function App({ connection }: { connection: HubConnection }): JSX.Element {
  const words = useWords();
  useEffect(() => {
    document.documentElement.lang = words.language;
    document.title = words.text('page.title');
  }, [words.language]);
  return (
    <>
      <a class="skip-link" href="#main">
        {words.text('page.skip')}
      </a>
      <TopBar />
      <main id="main" tabIndex={-1}>
        <Main connection={connection} />
      </main>
      <footer class="foot">
        <p>{words.text('page.footer')}</p>
        <p>{words.text('page.scope')}</p>
      </footer>
      <ToastPlace />
    </>
  );
}

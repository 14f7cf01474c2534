import { render } from 'preact';
import { App } from './page/app.tsx';
import { HubConnection } from './page/connect.ts';
import { createHousePage, HousePageProvider } from './page/house-page.ts';
import './styles/palette.css';
import './styles/page.css';
import './styles/top-bar.css';
import './styles/headline.css';
import './styles/notices.css';
import './styles/house.css';
import './styles/scene.css';
import './styles/lists.css';
import './styles/veranda.css';
import './styles/card.css';
import './styles/releases.css';
import './styles/dialog.css';
import './styles/narrow.css';
import './styles/motion.css';

const place = document.getElementById('page');
if (!place) throw new Error('index.html has no element with the id "page"');
const page = createHousePage(() => performance.now());
const connection = new HubConnection(page);
render(
  <HousePageProvider value={page}>
    <App connection={connection} />
  </HousePageProvider>,
  place,
);
void connection.start();

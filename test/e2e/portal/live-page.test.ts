import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { launchChromium, picture, type Visit, visit } from './browser.ts';
import { FakeDay } from './fake-day.ts';
import { type FakeHub, type FakeHubSettings, startFakeHub } from './fake-hub.ts';

let browser: Browser;
let hub: FakeHub;
let open: Visit | undefined;

beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());
afterEach(async () => {
  expect(open?.problems ?? []).toEqual([]);
  expect(open?.foreign ?? []).toEqual([]);
  await open?.close();
  open = undefined;
  await hub.close();
});

async function start(settings: FakeHubSettings, options: Parameters<typeof visit>[2] = {}) {
  hub = await startFakeHub(settings);
  open = await visit(browser, hub, options);
  return open.page;
}

test('the link opens the session and is gone from the address bar', async () => {
  const page = await start({ tongue: 'ja' });
  await page.getByRole('heading', { name: '家の中' }).waitFor();
  expect(page.url()).toBe(`${hub.url}/`);
  expect(await page.evaluate('document.documentElement.lang')).toBe('ja');
});

test('without a link, or with a used one, the page says which command prints a new one', async () => {
  const page = await start({ tongue: 'ja' }, { link: '' });
  await page.getByText('engawa hub link', { exact: true }).waitFor();
  await picture(page, 'signed-out');
  await page.goto(`${hub.url}/#link=WRONG`);
  await page.getByText('このリンクは使えませんでした').waitFor();
  expect(page.url()).toBe(`${hub.url}/`);
});

test('readings enter, wait on the veranda or stay with their reason, and leave for their recipient', async () => {
  const page = await start({ tongue: 'ja', granted: ['energy-advice'] });
  await page.getByText('機器からの知らせを待っています').waitFor();
  await hub.watched();
  const day = new FakeDay(hub);
  for (let step = 0; step < 60; step += 1) day.step();
  hub.changed();
  await page.locator('.column-inside').getByText('縁側で待機').first().waitFor();
  await page
    .locator('.column-engawa')
    .getByText(/\d\d:\d\d にまとめて出ます/)
    .waitFor();
  await page.locator('.column-engawa').getByText('同意がありません').first().waitFor();
  await page.locator('.column-engawa').getByText('暗証番号など、秘密の情報です').waitFor();
  await page
    .locator('.column-outside')
    .getByText(/平均 \d+ W/)
    .first()
    .waitFor();
  await page.locator('.column-outside').getByText('受領済み').first().waitFor();
  expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(
    'いま、家の外に出ているのは「家電の電気の使用量（15分ごとの平均）」だけです。',
  );
  await page.getByText('提供先：みなとエナジー').waitFor();
});

test('a flood keeps the page small and its height still', async () => {
  const page = await start(
    { tongue: 'en', granted: ['energy-advice', 'watch-service'], devices: 60 },
    { locale: 'en-GB' },
  );
  await hub.watched();
  const day = new FakeDay(hub);
  for (let step = 0; step < 30; step += 1) day.step();
  await page.locator('.seen-row').first().waitFor();
  const height = await page.evaluate('document.querySelector(".house").offsetHeight');
  for (let step = 0; step < 1_500; step += 1) day.step();
  hub.changed();
  await page.locator('.count-seen b').getByText('1,530').waitFor();
  expect(await page.evaluate('document.querySelector(".house").offsetHeight')).toBe(height);
  const rows = await page.evaluate('document.querySelectorAll(".seen-row, .refused, .held, .release").length');
  expect(rows).toBeLessThanOrEqual(60);
  await picture(page, 'flood-en');
});

test('one tap withdraws; the page says what is known, and no more', async () => {
  const page = await start({ tongue: 'ja', granted: ['energy-advice'] });
  const control = page.getByRole('switch', { name: 'みなとエナジーへの提供' });
  await control.click();
  await page.getByRole('heading', { level: 1 }).getByText('何も出ていません').waitFor();
  expect(await control.getAttribute('aria-checked')).toBe('false');
  expect(hub.requests).toContain('POST /api/withdrawals');
  await page.getByText('消去をデータブローカーに依頼。受領証を待っています').waitFor();
  await page.locator('.toast').getByText('ハブからの提供は停止しました').waitFor();
  await picture(page, 'withdrawn-ja');
  hub.erased('energy-advice');
  await page.getByText('データブローカーで消去（受領証あり）').waitFor();
  await page.getByText('提供先の手元にある分の消去は、まだ確認できていません').waitFor();
});

test('a change the hub refuses leaves the switch as it was and says why', async () => {
  const page = await start({ tongue: 'en', granted: ['energy-advice'] }, { locale: 'en-GB' });
  hub.failNext = true;
  const control = page.getByRole('switch', { name: 'Provide to Minato Energy' });
  await control.click();
  await page.getByText('This cannot be changed now.').waitFor();
  expect(await control.getAttribute('aria-checked')).toBe('true');
});

test('by keyboard alone: the notice in three parts, Escape changes nothing, yes gives', async () => {
  const page = await start({ tongue: 'en' }, { locale: 'en-GB' });
  const control = page.getByRole('switch', { name: 'Provide to Mamori Security' });
  await control.focus();
  await page.keyboard.press('Space');
  const dialog = page.getByRole('dialog', { name: 'Mamori Security' });
  for (const part of ['Information used', 'Purpose', 'Recipient'])
    await dialog.getByRole('heading', { name: part }).waitFor();
  await dialog.getByText('can see when something happened').waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
  expect(await page.evaluate('document.activeElement.getAttribute("aria-labelledby")')).toBe('switch-watch-service');
  expect(hub.requests).not.toContain('POST /api/grants');
  await page.keyboard.press('Space');
  await dialog.getByRole('button', { name: 'I agree' }).focus();
  await page.keyboard.press('Enter');
  await page.getByText('You agreed to provide to Mamori Security').waitFor();
  expect(await control.getAttribute('aria-checked')).toBe('true');
});

test('asked again at once after Escape, the notice opens again', async () => {
  const page = await start({ tongue: 'en' }, { locale: 'en-GB' });
  await page.getByRole('switch', { name: 'Provide to Mamori Security' }).focus();
  await page.keyboard.press('Space');
  const yes = page.getByRole('dialog', { name: 'Mamori Security' }).getByRole('button', { name: 'I agree' });
  await yes.waitFor();
  for (let time = 0; time < 10; time += 1) {
    await Promise.all([page.keyboard.press('Escape'), page.keyboard.press('Space')]);
    await yes.waitFor();
  }
  await page.keyboard.press('Escape');
  await yes.waitFor({ state: 'hidden' });
});

test('a coarser level can be chosen', async () => {
  const page = await start({ tongue: 'en' }, { locale: 'en-GB' });
  await page.getByRole('switch', { name: 'Provide to Minato Energy' }).click();
  await page.getByRole('radio', { name: 'daily total' }).check();
  await page.getByRole('button', { name: 'I agree' }).click();
  await page.getByRole('heading', { level: 1 }).getByText('daily total').waitFor();
});

test('devices awaiting approval are listed and approved as shown', async () => {
  const page = await start({ tongue: 'ja', unapproved: true });
  await page.getByRole('heading', { name: '7台の機器が承認待ちです' }).waitFor();
  await page.getByText('機器を見る').click();
  await page.getByRole('button', { name: '「玄関ドア」を承認する' }).click();
  await page.getByRole('heading', { name: '6台の機器が承認待ちです' }).waitFor();
  await page.getByRole('button', { name: 'すべて承認する' }).click();
  await page.locator('.quarantine').waitFor({ state: 'detached' });
});

test('on approval a device gets its room, and an input the meaning that only the household knows', async () => {
  const page = await start({ tongue: 'en', devices: 1, mode: 'home' }, { locale: 'en-GB' });
  await page.getByText('Show devices').click();
  await page.getByText('Says it is Aqara Door and window sensor').waitFor();
  await page.getByLabel(/^Room of/).fill('Attic');
  const approve = page.getByRole('button', { name: /^Approve “/ });
  await approve.click();
  await page.getByText('Choose what hangs on it.').waitFor();
  await page.getByLabel(/^What hangs on/).selectOption({ label: 'Window' });
  await page.getByLabel('Wired the other way round').check();
  await approve.click();
  await page.locator('.quarantine').waitFor({ state: 'detached' });
  expect(hub.approvals).toEqual([{ ids: [100], room: 'Attic', is: 'window', inverted: true }]);
});

test('an empty home says how to connect its devices', async () => {
  const page = await start({ tongue: 'ja', noDevices: true, mode: 'home' });
  await page.getByText('engawa hub device add NAME --dialect zigbee2mqtt', { exact: true }).waitFor();
  await picture(page, 'empty-ja');
});

test('when the hub is away the last picture stays and the page comes back by itself', async () => {
  const page = await start({ tongue: 'ja', granted: ['energy-advice'] });
  await page.getByRole('heading', { name: '家の外', exact: true }).waitFor();
  const port = Number(new URL(hub.url).port);
  await hub.close();
  await page.getByText('ハブにつながりません').waitFor();
  await picture(page, 'offline-ja');
  expect(await page.getByRole('switch').count()).toBe(3);
  await hub.reopen(port);
  await page.getByText('ハブにつながりません').waitFor({ state: 'detached' });
});

test('when the data broker is away the page counts what waits', async () => {
  const page = await start({ tongue: 'ja', granted: ['energy-advice'], connected: false, waiting: 42 });
  await page.getByText('受領待ちの42件はハブに残っていて').waitFor();
  await picture(page, 'uplink-down-ja');
});

test('the language follows the switch and is kept', async () => {
  const page = await start({ tongue: 'ja' });
  await page.getByRole('button', { name: 'English' }).click();
  await page.getByRole('heading', { name: 'Inside' }).waitFor();
  expect(await page.evaluate('document.documentElement.lang')).toBe('en');
  await page.reload();
  await page.getByRole('heading', { name: 'Inside' }).waitFor();
});

test('the picture can be frozen while the hub goes on', async () => {
  const page = await start({ tongue: 'en', granted: ['energy-advice'] }, { locale: 'en-GB' });
  await hub.watched();
  const day = new FakeDay(hub);
  await page.getByRole('button', { name: 'Freeze this page' }).click();
  for (let step = 0; step < 10; step += 1) day.step();
  hub.changed();
  await page.locator('.count-seen b').getByText('10').waitFor();
  expect(await page.locator('.seen-row').count()).toBe(0);
  await page.getByRole('button', { name: 'Unfreeze this page' }).click();
  await page.locator('.seen-row').first().waitFor();
});

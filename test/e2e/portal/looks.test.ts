import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { axeViolations, launchChromium, picture, visit } from './browser.ts';
import { FakeDay } from './fake-day.ts';
import { type FakeHub, type FakeHubSettings, startFakeHub } from './fake-hub.ts';

const WIDE = { width: 1440, height: 900 };
const NARROW = { width: 390, height: 844 };

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

/** Small targets: anything to tap that is lower or narrower than 44 pixels. */
const SMALL = `[...document.querySelectorAll('button, summary, label, [role=switch], [role=tab]')]
  .map((each) => [each.textContent.trim().slice(0, 40), each.getBoundingClientRect()])
  .filter(([, box]) => box.width > 0 && (box.height < 43.5 || box.width < 43.5))
  .map(([name, box]) => name + ' ' + Math.round(box.width) + 'x' + Math.round(box.height))`;

async function play(hub: FakeHub, page: Page, steps: number): Promise<void> {
  await hub.watched();
  const day = new FakeDay(hub);
  for (let step = 0; step < steps; step += 1) day.step();
  hub.changed();
  if (steps > 0) await page.locator('.count-seen b, .tab-inside b').getByText(String(steps)).first().waitFor();
}

interface Look {
  readonly name: string;
  readonly settings: Omit<FakeHubSettings, 'tongue'>;
  readonly steps: number;
}

const LOOKS: readonly Look[] = [
  { name: 'nothing', settings: {}, steps: 0 },
  { name: 'a-lot', settings: { granted: ['energy-advice', 'watch-service'], devices: 40 }, steps: 240 },
  { name: 'usual', settings: { granted: ['energy-advice'] }, steps: 60 },
];

describe.each(['ja', 'en'] as const)('in %s', (tongue) => {
  describe.each(['light', 'dark'] as const)('in the %s', (colorScheme) => {
    test.each(LOOKS)('$name, wide and narrow: no rule of axe-core broken, nothing too small to tap', async (look) => {
      const hub = await startFakeHub({ tongue, ...look.settings });
      const locale = tongue === 'ja' ? 'ja-JP' : 'en-GB';
      // Without motion, so that colours are measured when they have settled.
      const options = { locale, colorScheme, viewport: WIDE, reducedMotion: 'reduce' as const };
      const { page, problems, close } = await visit(browser, hub, options);
      await page.locator('.house').waitFor();
      await play(hub, page, look.steps);
      expect(await axeViolations(page)).toEqual([]);
      await picture(page, `${look.name}-${tongue}-wide-${colorScheme}`);
      await page.setViewportSize(NARROW);
      await page.getByRole('tab').first().waitFor();
      await picture(page, `${look.name}-${tongue}-narrow-${colorScheme}`, true);
      for (const name of ['outside', 'engawa', 'inside']) {
        await page.locator(`#tab-${name}`).click();
        expect(await axeViolations(page)).toEqual([]);
        expect(await page.evaluate(SMALL)).toEqual([]);
        expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
      }
      expect(problems).toEqual([]);
      await close();
      await hub.close();
    });

    test('the notice, the devices awaiting approval and the plain screens break no rule', async () => {
      const hub = await startFakeHub({ tongue, unapproved: true, devices: 9, connected: false, waiting: 3 });
      const options = { locale: tongue, colorScheme, reducedMotion: 'reduce' as const };
      const { page, close } = await visit(browser, hub, { ...options, link: '' });
      await page.locator('.plain-screen').waitFor();
      expect(await axeViolations(page)).toEqual([]);
      await page.goto(`${hub.url}/#link=${hub.link}`);
      await page.locator('.quarantine summary').click();
      expect(await axeViolations(page)).toEqual([]);
      await page.getByRole('switch').nth(1).click();
      await page.getByRole('dialog').waitFor();
      expect(await axeViolations(page)).toEqual([]);
      expect(await page.evaluate(SMALL)).toEqual([]);
      await picture(page, `notice-${tongue}-${colorScheme}`);
      await close();
      await hub.close();
    });
  });
});

test('all script and style is at most 80 kB compressed', () => {
  const folder = fileURLToPath(new URL('../../../portal/dist/assets/', import.meta.url));
  const bytes = readdirSync(folder)
    .filter((name) => /\.(js|css)$/.test(name))
    .reduce((sum, name) => sum + gzipSync(readFileSync(folder + name)).length, 0);
  expect(bytes).toBeLessThanOrEqual(80_000);
});

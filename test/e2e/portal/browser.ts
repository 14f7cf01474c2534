import { existsSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import type { FakeHub } from './fake-hub.ts';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const OUT = fileURLToPath(new URL('../../out/portal/', import.meta.url));

/** Starts the machine's Chromium, or the one ENGAWA_CHROMIUM names; throws when there is none. */
export function launchChromium(): Promise<Browser> {
  const found = [process.env.ENGAWA_CHROMIUM, ...PLACES].find((place) => place && existsSync(place));
  if (!found) throw new Error('No Chromium found: apt install chromium, or set ENGAWA_CHROMIUM to its path');
  return chromium.launch({ executablePath: found, args: QUIET });
}

/** One page at a fake hub, with what must never happen on it. */
export interface Visit {
  readonly page: Page;
  readonly problems: string[];
  readonly foreign: string[];
  close(): Promise<void>;
}

/** Opens a fake hub's page by its one-time link (or without one) and watches for errors and foreign requests. */
export async function visit(
  browser: Browser,
  hub: FakeHub,
  options: BrowserContextOptions & { readonly link?: string } = {},
): Promise<Visit> {
  const { link, ...rest } = options;
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'ja-JP', ...rest });
  const page = await context.newPage();
  const problems: string[] = [];
  const foreign: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    // A refused session and a cut line are part of what is tested; the browser reports them as failed loads.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      problems.push(message.text());
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(hub.url)) foreign.push(request.url());
  });
  await page.goto(link === '' ? hub.url : `${hub.url}/#link=${link ?? hub.link}`);
  return { page, problems, foreign, close: () => context.close() };
}

/** Rules that axe-core breaks under WCAG 2.2 A and AA, as readable lines; empty when there are none. */
export async function axeViolations(page: Page): Promise<string[]> {
  const source = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
  const { readFile } = await import('node:fs/promises');
  // Evaluated by the debugger, so that the page's policy stays as strict as in use.
  await page.evaluate(await readFile(source, 'utf8'));
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
  const result = (await page.evaluate(`axe.run(document, { runOnly: ${JSON.stringify(tags)} })`)) as {
    violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[];
  };
  return result.violations.map((each) => {
    const nodes = each.nodes.slice(0, 3).map((node) => `${node.html.slice(0, 160)} ${node.failureSummary ?? ''}`);
    return `${each.id}: ${nodes.join(' | ')}`;
  });
}

/** Keeps a picture of the page under test/out for a person to look at. */
export async function picture(page: Page, name: string, fullPage = false): Promise<void> {
  mkdirSync(OUT, { recursive: true });
  await page.screenshot({ path: `${OUT}${name}.png`, fullPage });
}

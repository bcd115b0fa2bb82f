/** npm run bench:grid: the grid under updates, beside a table that is given a new array each time, in Chromium. */
import fs from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';
import type { Browser, CDPSession, Page } from '@playwright/test';
import { CHURNS, DESIGNS, SORTS } from './grid/cases';
import type { CaseResult, Design, Filtered, PageBench, Setup } from './grid/cases';
import { BAR_ROWS, caseResult, gridBars, percentile } from './grid/summary';
import type { Measured } from './grid/summary';
import { parseGrid, UsageError } from './options';
import { barList, columns } from './report';
import { median } from './summary';

/** Built beside this program. */
const PAGE = fileURLToPath(new URL('grid-page', import.meta.url));
/** As the tests start Chromium; and figures of memory that are not rounded. */
const FLAGS = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  ...['--disable-component-update', '--disable-sync', '--enable-precise-memory-info'],
];
/** Updates before the first one that is measured, twice: until then the browser compiles what it runs. */
const WARM_UP: Record<Design, number> = { socketscope: 8, naive: 1 };
/** ms of scrolling, while updates go on */
const SCROLL_MS = 1500;
/** ms between two updates while scrolling */
const SCROLL_PAUSE = 500;
/** The design that takes a second an update is measured less often; and no case for longer than this, in ms. */
const NAIVE_SHARE = 0.25;
const LONGEST_MS: Record<Design, number> = { socketscope: 20_000, naive: 6000 };
const FEWEST_UPDATES = 5;
const TYPED = ['n', 'ng', 'nginx', 'nginx state:established', 'port:443 -nginx', '198.51.10', ''];

type BenchWindow = { bench: PageBench };

async function serve(): Promise<http.Server> {
  const types: Record<string, string> = {
    '.html': 'text/html',
    '.js': 'text/javascript',
    '.css': 'text/css',
  };
  const server = http.createServer((request, response) => {
    const name = new URL(request.url ?? '/', 'http://localhost').pathname;
    const file = path.join(PAGE, name === '/' ? 'index.html' : path.normalize(name));
    if (!file.startsWith(PAGE) || !fs.existsSync(file)) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-type': types[path.extname(file)] ?? 'application/octet-stream' });
    fs.createReadStream(file).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

/** The page's own account: s of its main thread's CPU time for scripts, styles and layout, bytes of heap. */
async function metricsOf(session: CDPSession): Promise<{ busy: number; heap: number }> {
  const { metrics } = await session.send('Performance.getMetrics');
  const value = (name: string): number => metrics.find((one) => one.name === name)!.value;
  const parts = ['ScriptDuration', 'RecalcStyleDuration', 'LayoutDuration'] as const;
  return { busy: parts.reduce((sum, name) => sum + value(name), 0), heap: value('JSHeapUsedSize') };
}

const tick = (page: Page): Promise<number> =>
  page.evaluate(() => (globalThis as unknown as BenchWindow).bench.tick());

async function measure(page: Page, session: CDPSession, setup: Setup, rounds: number): Promise<Measured> {
  await page.evaluate((what) => (globalThis as unknown as BenchWindow).bench.start(what), setup);
  const warmUp = async (): Promise<void> => {
    for (let i = 0; i < WARM_UP[setup.design]; i++) await tick(page);
  };
  await warmUp();
  // What opening it has left behind is nothing of the updates'.
  await session.send('HeapProfiler.collectGarbage');
  await warmUp();
  const updates: number[] = [];
  const longest: number[] = [];
  const heaps: number[] = [];
  const end = performance.now() + LONGEST_MS[setup.design];
  for (let i = 0; i < rounds && (i < FEWEST_UPDATES || performance.now() < end); i++) {
    const before = await metricsOf(session);
    longest.push(await tick(page));
    const after = await metricsOf(session);
    updates.push(1000 * (after.busy - before.busy));
    heaps.push(after.heap / 2 ** 20);
  }
  const scrolling = page.evaluate(
    (forMs) => (globalThis as unknown as BenchWindow).bench.scroll(forMs),
    SCROLL_MS,
  );
  const state = { isScrolling: true };
  void scrolling.finally(() => (state.isScrolling = false));
  while (state.isScrolling)
    await Promise.all([tick(page), new Promise((resolve) => setTimeout(resolve, SCROLL_PAUSE))]);
  await session.send('HeapProfiler.collectGarbage');
  const { heap } = await metricsOf(session);
  return { setup, updates, longest, heaps, keptMb: heap / 2 ** 20, scrolling: await scrolling };
}

/** In a page of its own, so that nothing is left of the case before. */
async function inPage<T>(
  browser: Browser,
  url: string,
  work: (page: Page, session: CDPSession) => Promise<T>,
): Promise<T> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 1300 } });
  try {
    const page = await context.newPage();
    page.on('pageerror', (error) => console.error(`The page says: ${error.message}`));
    await page.goto(url);
    const session = await context.newCDPSession(page);
    // CPU time: what else the machine does is no part of it.
    await session.send('Performance.setTimeDomain', { timeDomain: 'threadTicks' });
    await session.send('Performance.enable');
    await session.send('HeapProfiler.enable');
    return await work(page, session);
  } finally {
    await context.close();
  }
}

function line({ setup, updates, longest, heaps, keptMb, scrolling }: Measured): string[] {
  const what = [
    setup.sort,
    ...(setup.filter === '' ? [] : ['filtered']),
    ...(setup.view === 'flat' ? [] : ['grouped']),
  ];
  return [
    `${setup.rows} rows, ${100 * setup.churn} %, ${what.join(', ')}: ${setup.design}`,
    ...[median(updates), percentile(updates, 0.99), Math.max(...updates)].map((ms) => ms.toFixed(1)),
    String(longest.filter((ms) => ms > 0).length),
    Math.max(0, ...longest).toFixed(0),
    `${median(heaps).toFixed(1)} / ${keptMb.toFixed(1)}`,
    `${median(scrolling).toFixed(0)} / ${Math.max(...scrolling).toFixed(0)}`,
    String(updates.length),
  ];
}

const HEADS = [
  '',
  'median ms',
  'p99',
  'worst',
  'long tasks',
  'longest ms',
  'heap MB, kept',
  'scroll ms',
  'updates',
];

async function main(): Promise<void> {
  const { rows: sizes, rounds, json } = parseGrid(process.argv.slice(2));
  const executablePath = process.env['SOCKETSCOPE_CHROMIUM'];
  const server = await serve();
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const browser = await chromium.launch({
    args: FLAGS,
    ...(executablePath ? { executablePath } : {}),
  });
  const cases: CaseResult[] = [];
  const typing = new Map<number, Filtered[]>();
  const roundsOf = (design: Design): number =>
    design === 'naive' ? Math.max(FEWEST_UPDATES, Math.round(rounds * NAIVE_SHARE)) : rounds;
  const run = async (setup: Setup): Promise<Measured> => {
    const measured = await inPage(browser, url, (page, session) =>
      measure(page, session, setup, roundsOf(setup.design)),
    );
    // It takes minutes: a sign of life for each case.
    console.error(line(measured)[0]);
    return measured;
  };
  try {
    for (const rows of sizes) {
      const lines: string[][] = [HEADS];
      for (const churn of CHURNS) {
        for (const sort of SORTS) {
          for (const design of DESIGNS) {
            const measured = await run({ design, rows, churn, sort, filter: '', view: 'flat' });
            cases.push(caseResult(measured));
            lines.push(line(measured));
          }
        }
        const own = { design: 'socketscope', rows, churn, sort: 'volatile' } as const;
        lines.push(line(await run({ ...own, filter: 'nginx state:established', view: 'flat' })));
        lines.push(line(await run({ ...own, filter: '', view: 'process' })));
      }
      typing.set(rows, await inPage(browser, url, (page) => typeFilters(page, rows)));
      console.log(`\n${columns(lines).join('\n')}`);
      const times = (pick: (one: Filtered) => number): string =>
        typing
          .get(rows)!
          .map((one) => pick(one).toFixed(0))
          .join(', ');
      console.log(`filter's rows on screen after ${times(({ onScreen }) => onScreen)} ms`);
      console.log(`all of them found after ${times(({ complete }) => complete)} ms`);
      console.log(ratios(cases, rows));
    }
  } finally {
    await browser.close();
    server.close();
  }
  console.log(
    `\nAt ${BAR_ROWS} rows:\n${barList(
      gridBars(
        cases,
        (typing.get(BAR_ROWS) ?? []).map(({ onScreen }) => onScreen),
      ),
    )}`,
  );
  if (json !== null) fs.writeFileSync(json, `${JSON.stringify({ cases }, null, 2)}\n`);
}

/** As somebody types, and deletes it again. */
async function typeFilters(page: Page, rows: number): Promise<Filtered[]> {
  const setup: Setup = { design: 'socketscope', rows, churn: 0.01, sort: 'stable', filter: '', view: 'flat' };
  await page.evaluate((what) => (globalThis as unknown as BenchWindow).bench.start(what), setup);
  const times: Filtered[] = [];
  for (const text of TYPED) {
    await tick(page);
    times.push(
      await page.evaluate((typed) => (globalThis as unknown as BenchWindow).bench.filter(typed), text),
    );
  }
  return times;
}

function ratios(cases: readonly CaseResult[], rows: number): string {
  return cases
    .filter((one) => one.rows === rows && one.design === 'socketscope')
    .map((own) => {
      const other = cases.find(
        ({ design, churn, sort, rows: n }) =>
          design === 'naive' && churn === own.churn && sort === own.sort && n === rows,
      )!;
      const times = (other.medianMs / own.medianMs).toFixed(1);
      const heap = (other.heapMb / own.heapMb).toFixed(1);
      return `naive takes ${times}× the time and ${heap}× the heap (${100 * own.churn} %, ${own.sort})`;
    })
    .join('\n');
}

try {
  await main();
} catch (error) {
  console.error(error instanceof UsageError ? error.message : error);
  process.exitCode = 1;
}

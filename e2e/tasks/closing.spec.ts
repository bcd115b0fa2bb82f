import type { Pair, Program } from '../support/program';
import { connectPair, expect, rows, search, test } from '../support/fixtures';
import { columnTexts, typeFilter } from '../support/hands';
import { kernelStates, ownNetwork } from '../support/kernel';

test.skip(process.platform !== 'linux', 'it asks /proc what has become of them');

/** A connection whose client has ended its side, and whose server has not: CLOSE_WAIT at the server. */
async function halfClosed(server: Program, client: Program, from: string, to: string): Promise<Pair> {
  const pair = await connectPair(server, client, to, to, from);
  client.tell({ do: 'end', id: pair.connected });
  await server.until('end', ({ id }) => id === pair.accepted);
  return pair;
}

for (const by of ['mouse', 'keyboard'] as const) {
  test(`close everything in CLOSE_WAIT to one address, by ${by}`, async ({ open, program }) => {
    const server = await program();
    const client = await program();
    const network = ownNetwork();
    const [here, doomed, spared] = [network(1), network(5), network(6)];
    for (let i = 0; i < 3; i++) await halfClosed(server, client, doomed, here);
    await halfClosed(server, client, spared, here);
    await connectPair(server, client, here, here, doomed); // established: not meant
    expect(kernelStates(here, doomed).sort()).toEqual([
      ...Array<string>(3).fill('CLOSE_WAIT'),
      'ESTABLISHED',
    ]);
    const subject = await open();
    const { page } = subject;
    const filter = `state:close_wait remote:${doomed}`;
    if (by === 'mouse') await search(page, filter);
    else await typeFilter(subject, filter);
    await expect(rows(page)).toHaveCount(3);
    expect(await columnTexts(page, 'state')).toEqual(Array(3).fill('Close Wait'));
    if (by === 'mouse') {
      await rows(page).first().click();
      await rows(page)
        .last()
        .click({ modifiers: ['Shift'] });
    } else await page.keyboard.press('ControlOrMeta+a');
    await expect(page.getByLabel('Status', { exact: true })).toContainText('Selected: 3');
    const question = await subject.answerNext(true);
    if (by === 'mouse') await page.getByRole('button', { name: 'Reset Connection' }).click();
    else await page.keyboard.press('Delete');
    const { message, detail } = await question.asked;
    expect(message).toBe('Reset 3 connections of node?');
    expect(detail.match(new RegExp(doomed.replaceAll('.', '\\.'), 'g'))).toHaveLength(3);
    await expect(page.getByRole('region', { name: 'Results' })).toContainText('3 closed');

    expect(kernelStates(here, doomed)).toEqual(['ESTABLISHED']);
    expect(kernelStates(here, spared)).toEqual(['CLOSE_WAIT']);
    await expect(page.getByText('Nothing matches')).toBeVisible();
  });
}

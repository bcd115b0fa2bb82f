import type { Page } from '@playwright/test';
import { expect, search } from './fixtures';
import { typeFilter } from './hands';
import { ownNetwork } from './kernel';
import type { Program } from './program';
import type { OpenOptions, Subject } from './subject';

/** What {@link openOnListeners} has opened. */
export interface OnListeners {
  subject: Subject;
  page: Page;
  /** The program that listens. */
  owner: Program;
  /** Its addresses, by their last parts. */
  network: (last: number) => string;
  /** Its ports, in the order of the addresses asked for. */
  ports: number[];
}

/**
 * Another program listens on these addresses of a network of the test's own (their last parts), and the product, opened
 * after that, shows its sockets and no others. `by` is how the filter is entered.
 */
export async function openOnListeners(
  open: (options?: OpenOptions) => Promise<Subject>,
  program: () => Promise<Program>,
  addresses: readonly number[],
  { by = 'mouse', ...options }: OpenOptions & { by?: 'mouse' | 'keyboard' } = {},
): Promise<OnListeners> {
  const owner = await program();
  const network = ownNetwork();
  const ports: number[] = [];
  for (const last of addresses) ports.push(await owner.listen(network(last)));
  const subject = await open(options);
  const { page } = subject;
  const filter = `local:${network(0)}/24`;
  if (by === 'mouse') await search(page, filter);
  else await typeFilter(subject, filter);
  const shown = new RegExp(`Shown: ${addresses.length}(?![\\d,])`);
  await expect(page.getByLabel('Status', { exact: true })).toContainText(shown);
  return { subject, page, owner, network, ports };
}

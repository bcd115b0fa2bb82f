import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';

/** What axe finds: by all of its rules, good practice included, or by these. */
export async function violations(page: Page, shell: string, rules?: string[]): Promise<string[]> {
  // Colours that are on their way to others are none that anybody reads.
  await page.waitForTimeout(300);
  // In Electron no second page can be opened for axe to work in (@axe-core/playwright).
  const axe = new AxeBuilder({ page }).setLegacyMode(shell === 'electron');
  const found = await (rules === undefined ? axe : axe.withRules(rules)).analyze();
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.target.join(' ')} ${node.failureSummary ?? ''}`),
  );
}

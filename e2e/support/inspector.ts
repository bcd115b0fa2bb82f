import type { Locator, Page } from '@playwright/test';

/** The properties of a socket, and where in them what stands. */
export interface Inspector {
  panel: Locator;
  /** Names the socket. */
  heading: Locator;
  tab(name: string): Locator;
  /** What a tab shows. */
  tabPanel(name: string): Locator;
  /** The value of a fact. */
  value(title: string): Locator;
}

export function inspectorOf(page: Page): Inspector {
  const panel = page.getByRole('region', { name: 'Properties' });
  return {
    panel,
    heading: panel.getByRole('heading', { level: 2 }),
    tab: (name) => panel.getByRole('tab', { name }),
    tabPanel: (name) => panel.getByRole('tabpanel', { name }),
    value: (title) =>
      panel.locator('dl > div', { has: page.getByText(title, { exact: true }) }).locator('dd'),
  };
}

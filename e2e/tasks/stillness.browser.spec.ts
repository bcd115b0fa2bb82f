import { expect, rowOf, rows, test } from '../support/fixtures';
import { openOnListeners } from '../support/listeners';

// In Electron the display has a pointer of its own, which may rest anywhere.
test('a pointer that rests where the window opens keeps nothing still until it moves', async ({
  open,
  program,
}) => {
  const { page, owner, network, ports } = await openOnListeners(open, program, [50, 60], { by: 'keyboard' });
  const { x, y } = (await rowOf(page, ports[1]!).boundingBox())!;
  await page.mouse.move(x + 20, y + 5);
  await owner.listen(network(70));
  await expect(rows(page)).toHaveCount(3);

  await page.mouse.move(x + 40, y + 5);
  await owner.listen(network(80));
  await expect(page.locator('.new-rows')).toContainText('1 new');
  await expect(rows(page)).toHaveCount(3);
});

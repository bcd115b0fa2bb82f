import { renderToStaticMarkup } from 'react-dom/server';
import { expect, it } from 'vitest';
import type { App } from '../../model/app';
import { t } from '../../strings';
import { AppContext } from '../AppContext';
import { Buttons } from './LogDialog';

/** Which of the buttons can be pressed. */
function enabled(more: boolean): string[] {
  const html = renderToStaticMarkup(
    <AppContext value={{} as App}>
      <Buttons shown={[]} words="nginx" more={more} reading={false} />
    </AppContext>,
  );
  return html
    .split('<button')
    .slice(1)
    .filter((button) => !button.includes('disabled'))
    .map((button) => />([^<]*)</.exec(button)![1]!);
}

it('exports what has not been read yet, also where nothing of what has been matches', () => {
  const { csv, json, more } = t.actions.log;
  expect(enabled(true)).toEqual([more, csv, json, t.window.close]);
  expect(enabled(false)).toEqual([t.window.close]);
});

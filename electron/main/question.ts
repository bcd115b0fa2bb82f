/** Main's own questions: in its words, whatever the page says, and one at a time. */
import { dialog } from 'electron';
import type { BrowserWindow } from 'electron';

export interface Question {
  title: string;
  message: string;
  detail: string;
  /** What the button that says yes is called */
  confirmLabel: string;
}

const CANCEL = 0;
const CONFIRM = 1;
const asking = new WeakSet<BrowserWindow>();

/**
 * Whether the user agrees. Cancel is what Enter and Escape mean: nothing happens by a key that was pressed too often.
 * @throws Error while another question is open
 */
export async function agrees(
  window: BrowserWindow,
  { title, message, detail, confirmLabel }: Question,
): Promise<boolean> {
  if (asking.has(window)) throw new Error('Another question is open.');
  asking.add(window);
  try {
    const { response } = await dialog.showMessageBox(window, {
      type: 'warning',
      ...{ title, message, detail },
      buttons: ['Cancel', confirmLabel],
      defaultId: CANCEL,
      cancelId: CANCEL,
      noLink: true,
    });
    return response === CONFIRM;
  } finally {
    asking.delete(window);
  }
}

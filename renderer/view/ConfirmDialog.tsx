import { useEffect, useRef } from 'react';
import { focusGrid } from '../model/focus';
import { ui, useUi } from '../model/uiStore';
import type { UiState } from '../model/uiStore';
import { t } from '../strings';

/** Puts the host's question where there is no native dialog: in a browser. */
export function ConfirmDialog() {
  const question = useUi((state) => state.question);
  return question === null ? null : <OpenDialog question={question} />;
}

function OpenDialog({ question }: { question: NonNullable<UiState['question']> }) {
  const box = useRef<HTMLDialogElement>(null);
  const { confirmation, answer } = question;
  useEffect(() => {
    box.current!.showModal();
  }, []);
  const settle = (yes: boolean): void => {
    box.current!.close(); // while it is open, nothing else can take the focus
    ui.set({ question: null });
    focusGrid();
    answer(yes);
  };
  return (
    <dialog
      ref={box}
      aria-labelledby="question"
      onCancel={(event) => {
        event.preventDefault();
        settle(false);
      }}
    >
      <h2 id="question">{confirmation.message}</h2>
      <pre>{confirmation.detail}</pre>
      <div className="buttons">
        {/* The harmless answer has the focus. */}
        <button type="button" autoFocus onClick={() => settle(false)}>
          {t.window.cancel}
        </button>
        <button type="button" className="danger" onClick={() => settle(true)}>
          {confirmation.confirmLabel}
        </button>
      </div>
    </dialog>
  );
}

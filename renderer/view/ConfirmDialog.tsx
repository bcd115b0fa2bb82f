import { TriangleAlert } from 'lucide-react';
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
  const { warnings } = confirmation;
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
      className="question"
      aria-labelledby="question"
      aria-describedby={warnings.length > 0 ? 'question-warnings' : undefined}
      onCancel={(event) => {
        event.preventDefault();
        settle(false);
      }}
    >
      <h2 id="question">{confirmation.message}</h2>
      {warnings.length > 0 && (
        <ul id="question-warnings" className="warnings">
          {warnings.map((warning) => (
            <li key={warning}>
              <TriangleAlert size={14} aria-hidden />
              {warning}
            </li>
          ))}
        </ul>
      )}
      {/* It scrolls, so the keyboard must be able to come here. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <pre tabIndex={0} role="group" aria-label={confirmation.title}>
        {confirmation.detail}
      </pre>
      <div className="buttons">
        {/* The harmless answer has the focus. React would focus it before the dialog is open. */}
        <button
          type="button"
          ref={(button) => button?.setAttribute('autofocus', '')}
          onClick={() => settle(false)}
        >
          {t.window.cancel}
        </button>
        <button type="button" className="danger" onClick={() => settle(true)}>
          {confirmation.confirmLabel}
        </button>
      </div>
    </dialog>
  );
}

import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { t } from '../../strings';
import { useApp } from '../AppContext';

const SHEETS = <Copy size={12} aria-hidden />;
/** ms for which a button says that it has copied */
const SAID_MS = 1500;

interface CopyButtonProps {
  /** What is copied, for a tooltip and a screen reader */
  label: string;
  /** Made when it is wanted */
  text: () => string;
  icon?: ReactNode;
  tabIndex?: number;
  children?: ReactNode;
}

/** Puts text on the clipboard and says so for a moment. */
export function CopyButton({ label, text, icon = SHEETS, tabIndex = 0, children }: CopyButtonProps) {
  const app = useApp();
  const [copied, setCopied] = useState(0);
  useEffect(() => {
    if (copied === 0) return;
    const timer = setTimeout(() => setCopied(0), SAID_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  return (
    <button
      type="button"
      className={`copy${copied > 0 ? ' done' : ''}`}
      aria-label={label}
      title={label}
      tabIndex={tabIndex}
      onClick={() => {
        void app.copyText(text()).then((done) => setCopied((times) => (done ? times + 1 : 0)));
      }}
    >
      {copied > 0 ? <Check size={12} aria-hidden /> : icon}
      {children}
      <span className="visually-hidden" role="status">
        {copied > 0 ? t.inspector.copied : ''}
      </span>
    </button>
  );
}

/** The arrow keys go from button to button; Tab comes to the first of them only. */
export function moveAmongButtons(event: React.KeyboardEvent<HTMLElement>): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step === undefined || !(event.target instanceof HTMLButtonElement)) return;
  const buttons = [...event.currentTarget.querySelectorAll('button')];
  const next = buttons[buttons.indexOf(event.target) + step];
  if (next === undefined) return;
  event.preventDefault();
  next.focus();
}

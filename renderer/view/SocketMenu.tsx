import { ChevronDown } from 'lucide-react';
import { Fragment, useEffect, useRef, useState } from 'react';
import type { KeyboardEvent } from 'react';
import { isOn, READING_SWITCHES, switchTitle } from '../../shared/reading';
import type { ReadingSwitch } from '../../shared/reading';
import { protocolOf } from '../../shared/socket';
import { chosenReading, useUi } from '../model/uiStore';
import { useApp } from './AppContext';

/** The switches for what is not shown unless asked for: other protocols, bound sockets, other namespaces. */
export function SocketMenu() {
  const app = useApp();
  const reading = useUi(chosenReading);
  const available = useUi((state) => state.status?.available);
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);

  useEffect(() => {
    if (!open) return undefined;
    box.current?.querySelector('button')?.focus();
    const close = (event: Event): void => {
      if (!box.current?.contains(event.target as Node) && !button.current?.contains(event.target as Node))
        setOpen(false);
    };
    window.addEventListener('mousedown', close);
    return () => window.removeEventListener('mousedown', close);
  }, [open]);

  if (reading === null || available === undefined) return null;
  const protocols = new Set<string>(available.map(protocolOf));
  // A system without other protocols has no namespaces either.
  const switches = READING_SWITCHES.filter(
    (name) => protocols.has(name) || (isGeneral(name) && protocols.size > 2),
  );
  if (switches.length === 0) return null;
  const count = switches.filter((name) => isOn(reading, name)).length;

  const onKeyDown = (event: KeyboardEvent): void => {
    event.stopPropagation();
    if (event.key === 'Escape' || event.key === 'Tab') {
      setOpen(false);
      button.current?.focus();
    }
    const items = [...box.current!.querySelectorAll('button')];
    const now = items.indexOf(document.activeElement as HTMLButtonElement);
    const target = { ArrowDown: now + 1, ArrowUp: now - 1, Home: 0, End: -1 }[event.key];
    if (target === undefined) return;
    event.preventDefault();
    items.at(target % items.length)?.focus();
  };

  return (
    <div className="socket-menu">
      <button
        type="button"
        ref={button}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-pressed={count > 0}
        title="Show other kinds of sockets"
        onClick={() => setOpen(!open)}
      >
        More{count > 0 && ` (${count})`}
        <ChevronDown size={14} aria-hidden />
      </button>
      {open && (
        <div
          className="menu"
          ref={box}
          role="menu"
          tabIndex={-1}
          aria-label="Other sockets"
          onKeyDown={onKeyDown}
        >
          {switches.map((name) => (
            <Fragment key={name}>
              {name === 'bound' && <hr />}
              <button
                type="button"
                role="menuitemcheckbox"
                aria-checked={isOn(reading, name)}
                onClick={() => app.run(`read-${name}`)}
              >
                {switchTitle(name)}
              </button>
            </Fragment>
          ))}
        </div>
      )}
    </div>
  );
}

function isGeneral(name: ReadingSwitch): boolean {
  return name === 'bound' || name === 'namespaces';
}

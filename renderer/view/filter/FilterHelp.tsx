import { CircleQuestionMark } from 'lucide-react';
import { useRef, useState } from 'react';
import { FILTER_FIELDS } from '../../../shared/filter';
import { ui } from '../../model/uiStore';
import { t } from '../../strings';
import { useInsideWindow, useOutside } from './hanging';

/** The language by example, in the order of what is said of them in the catalogue. */
const EXAMPLES = [
  'nginx 443',
  'process:nginx',
  'port:80,443',
  'port:1024-65535',
  'remote:10.0.0.0/8',
  'rtt:>100',
  '-state:listen',
  '(user:root or port:22)',
  'process:"my app"',
  'process:fire*',
  'process:/^(ssh|nginx)/',
] as const;

/** A sheet with the whole language on it. A click on an example tries it. */
export function FilterHelp() {
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  useOutside(open, [box, button], () => setOpen(false));
  useInsideWindow(open, box);
  const text = t.filter.help;

  const add = (example: string): void => {
    const { search } = ui.get();
    ui.set({ search: search.trim() === '' ? example : `${search.trimEnd()} ${example}` });
    setOpen(false);
    document.getElementById('search')?.focus();
  };

  return (
    <div className="hanging">
      <button
        type="button"
        ref={button}
        className="clear"
        aria-label={t.filter.box.help}
        title={t.filter.box.help}
        aria-haspopup="dialog"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        <CircleQuestionMark size={15} aria-hidden />
      </button>
      {open && (
        // It has no action of its own: the keys are those of what is in it.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
        <div
          className="sheet"
          ref={box}
          role="dialog"
          tabIndex={-1}
          aria-label={text.name}
          onKeyDown={(event) => {
            event.stopPropagation();
            if (event.key !== 'Escape') return;
            setOpen(false);
            button.current?.focus();
          }}
        >
          <p>{text.intro}</p>
          <dl>
            {EXAMPLES.map((example, i) => (
              <div key={example}>
                <dt>
                  <button type="button" title={text.try} onClick={() => add(example)}>
                    <code translate="no">{example}</code>
                  </button>
                </dt>
                <dd>{text.examples[i]}</dd>
              </div>
            ))}
          </dl>
          <h3>{text.fields}</h3>
          <dl>
            {FILTER_FIELDS.map(({ name, description }) => (
              <div key={name}>
                <dt>
                  <code translate="no">{name}</code>
                </dt>
                <dd>{description}</dd>
              </div>
            ))}
          </dl>
        </div>
      )}
    </div>
  );
}

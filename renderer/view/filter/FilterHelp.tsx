import { CircleQuestionMark } from 'lucide-react';
import { useState } from 'react';
import { FILTER_FIELDS } from '../../../shared/filter';
import { ui } from '../../model/uiStore';
import { t } from '../../strings';
import { Sheet, SheetButton } from './HangingSheet';

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
  const text = t.filter.help;

  const add = (example: string): void => {
    const { search } = ui.get();
    ui.set({ search: search.trim() === '' ? example : `${search.trimEnd()} ${example}` });
    setOpen(false);
    document.getElementById('search')?.focus();
  };

  return (
    <SheetButton
      icon={<CircleQuestionMark size={15} aria-hidden />}
      title={t.filter.box.help}
      open={open}
      onOpen={setOpen}
    >
      <Sheet name={text.name}>
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
      </Sheet>
    </SheetButton>
  );
}

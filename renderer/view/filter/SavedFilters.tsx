import { Bookmark, Pencil, Trash2 } from 'lucide-react';
import { useState } from 'react';
import type { KeyboardEvent } from 'react';
import { flushSync } from 'react-dom';
import { plainText } from '../../../shared/text';
import { deleteFilter, hasFilter, renameFilter, saveFilter } from '../../model/savedFilters';
import { ui, useUi } from '../../model/uiStore';
import { t } from '../../strings';
import { Sheet, SheetButton, useSheet } from './HangingSheet';

const setOpen = (on: boolean): void => ui.set({ dialog: on ? 'filters' : null });

/** The filters kept under a name: arrows move among them, Enter applies, F2 renames, Delete deletes. */
export function SavedFilters() {
  const open = useUi((state) => state.dialog === 'filters');
  const text = t.filter.saved;
  return (
    <SheetButton icon={<Bookmark size={15} aria-hidden />} title={text.open} open={open} onOpen={setOpen}>
      <SavedSheet />
    </SheetButton>
  );
}

function SavedSheet() {
  const saved = useUi((state) => state.savedFilters);
  const [renamed, setRenamed] = useState<string | null>(null);
  const { box, close } = useSheet();
  const text = t.filter.saved;

  /** The keyboard goes on where it was. */
  const stopRenaming = (name: string): void => {
    flushSync(() => setRenamed(null));
    const at = ui.get().savedFilters.findIndex((filter) => filter.name === name);
    box.current?.querySelectorAll<HTMLElement>('.apply')[at]?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') {
      if (renamed === null) return; // the sheet goes
      event.preventDefault();
      stopRenaming(renamed);
      return;
    }
    const names = [...box.current!.querySelectorAll<HTMLElement>('.apply')];
    const now = names.indexOf(document.activeElement as HTMLElement);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && names.length > 0) {
      event.preventDefault();
      names.at((now < 0 && step < 0 ? 0 : now + step) % names.length)?.focus();
    }
    const focused = saved[now];
    if (focused === undefined) return;
    if (event.key === 'F2') setRenamed(focused.name);
    if (event.key === 'Delete') {
      deleteFilter(focused.name);
      (names[now + 1] ?? names[now - 1] ?? box.current!.querySelector('input'))?.focus();
    }
  };

  return (
    <Sheet name={text.heading} className="saved" onKeyDown={onKeyDown}>
      {saved.length === 0 && <p>{text.empty}</p>}
      {saved.length > 0 && (
        <ul>
          {saved.map((filter) => (
            <li key={filter.name}>
              {renamed === filter.name ? (
                <NameForm
                  label={text.rename(plainText(filter.name))}
                  action={text.save}
                  initial={filter.name}
                  onName={(name) => {
                    if (renameFilter(filter.name, name)) stopRenaming(name.trim());
                  }}
                />
              ) : (
                <Entry filter={filter} onClose={close} onRename={() => setRenamed(filter.name)} />
              )}
            </li>
          ))}
        </ul>
      )}
      <SaveForm />
    </Sheet>
  );
}

interface EntryProps {
  filter: { name: string; text: string };
  onClose: () => void;
  onRename: () => void;
}

function Entry({ filter, onClose, onRename }: EntryProps) {
  const text = t.filter.saved;
  const name = plainText(filter.name);
  return (
    <>
      <button
        type="button"
        className="apply"
        aria-label={text.apply(name)}
        title={plainText(filter.text)}
        onClick={() => {
          ui.set({ search: filter.text });
          onClose();
        }}
      >
        <span className="label">{name}</span>
        <code translate="no">{plainText(filter.text)}</code>
      </button>
      <button
        type="button"
        className="clear"
        aria-label={text.rename(name)}
        title={text.renameTitle}
        onClick={onRename}
      >
        <Pencil size={13} aria-hidden />
      </button>
      <button
        type="button"
        className="clear"
        aria-label={text.delete(name)}
        title={text.deleteTitle}
        onClick={() => deleteFilter(filter.name)}
      >
        <Trash2 size={13} aria-hidden />
      </button>
    </>
  );
}

/** Keeps the present filter. */
function SaveForm() {
  const search = useUi((state) => state.search);
  const text = t.filter.saved;
  if (search.trim() === '') return <p className="hint">{text.nothing}</p>;
  return (
    <NameForm
      label={text.newName}
      action={text.save}
      actionWhereTaken={text.replace}
      initial=""
      onName={(name) => saveFilter(name, search)}
    />
  );
}

interface NameFormProps {
  label: string;
  action: string;
  actionWhereTaken?: string;
  initial: string;
  onName: (name: string) => void;
}

function NameForm({ label, action, actionWhereTaken = action, initial, onName }: NameFormProps) {
  const [name, setName] = useState(initial);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onName(name);
        setName('');
      }}
    >
      <input
        type="text"
        aria-label={label}
        placeholder={label}
        maxLength={100}
        autoComplete="off"
        spellCheck={false}
        value={name}
        // oxlint-disable-next-line jsx-a11y/no-autofocus -- it was opened by the keyboard or a click on "rename"
        autoFocus={initial !== ''}
        onChange={(event) => setName(event.target.value)}
      />
      <button type="submit" disabled={name.trim() === ''}>
        {hasFilter(name) ? actionWhereTaken : action}
      </button>
    </form>
  );
}

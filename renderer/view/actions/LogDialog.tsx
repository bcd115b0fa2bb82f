import { useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import type { LogEntry } from '../../../shared/actionLog';
import { plainText } from '../../../shared/text';
import { cellsOf, logCsv, logJson, logText, matching } from '../../model/actionLog';
import { attempt, fileName, tell } from '../../model/telling';
import { useUi } from '../../model/uiStore';
import { t } from '../../strings';
import { useApp } from '../AppContext';
import { closeDialog, Dialog } from '../Dialog';
import { VirtualRows } from '../VirtualRows';

/** px of a line; styles/actions.css says the same */
const LINE = 25;
const COLUMNS = Object.keys(t.actions.log.columns) as (keyof typeof t.actions.log.columns)[];

/** What was done to sockets and processes, by whom, and what came of it. */
export function LogDialog() {
  const open = useUi((state) => state.dialog === 'log');
  return open ? <OpenDialog /> : null;
}

function OpenDialog() {
  const { log } = useApp();
  const state = useSyncExternalStore(log.subscribe, log.get);
  const engine = useUi(({ welcome }) => welcome?.engineId);
  const [words, setWords] = useState('');
  const shown = useMemo(() => matching(state.entries, words), [state.entries, words]);
  const text = t.actions.log;
  // Another engine, or the same one started anew, is asked again.
  useEffect(() => {
    if (engine !== undefined) log.open();
  }, [log, engine]);
  return (
    <Dialog labelledBy="log-title" className="log">
      <header>
        <h2 id="log-title">{text.title}</h2>
        <input
          type="search"
          // React would focus it before the dialog is open.
          ref={(box) => box?.setAttribute('autofocus', '')}
          placeholder={text.find}
          aria-label={text.find}
          autoComplete="off"
          spellCheck={false}
          value={words}
          onChange={(event) => setWords(event.target.value)}
        />
        <span className="shown" role="status">
          {state.entries.length > 0 &&
            `${text.shown(shown.length, state.entries.length)}${state.more ? ` ${text.readSoFar}` : ''}`}
        </span>
      </header>
      {state.problem !== null && <p className="problem">{state.problem}</p>}
      {shown.length > 0 ? (
        <VirtualRows
          name={text.title}
          kind="table"
          className="entries"
          header={<Header />}
          count={shown.length}
          estimate={LINE}
          rowClass="entry"
          render={(i) => <Entry entry={shown[i]!} />}
          onEnd={() => log.more()}
        />
      ) : (
        <div className="entries">
          <Nothing reading={state.reading} searched={state.entries.length > 0} />
        </div>
      )}
      <Buttons shown={shown} words={words} more={state.more} reading={state.reading} />
    </Dialog>
  );
}

function Header() {
  return (
    <div role="rowgroup" className="head">
      <div role="row" aria-rowindex={1} className="entry">
        {COLUMNS.map((name) => (
          <span key={name} role="columnheader">
            {t.actions.log.columns[name]}
          </span>
        ))}
      </div>
    </div>
  );
}

function Entry({ entry }: { entry: LogEntry }) {
  return cellsOf(entry).map((cell, i) => {
    const name = COLUMNS[i]!;
    const shown = plainText(cell);
    return (
      <span
        key={name}
        role="cell"
        className={name === 'outcome' ? `outcome ${entry.outcome}` : name}
        title={name === 'label' ? plainText(entry.target) : shown}
      >
        {shown}
      </span>
    );
  });
}

function Nothing({ reading, searched }: { reading: boolean; searched: boolean }) {
  const text = t.actions.log;
  return (
    <div className="nothing" role="status">
      <b>{reading ? text.reading : searched ? text.nothingFound : text.empty}</b>
      {!reading && !searched && <span>{text.emptyWhy}</span>}
    </div>
  );
}

interface ButtonsProps {
  shown: readonly LogEntry[];
  words: string;
  more: boolean;
  reading: boolean;
}

/** Also while nothing matches yet, what has not been read may: it can be exported. */
export function Buttons({ shown, words, more, reading }: ButtonsProps) {
  const app = useApp();
  const text = t.actions.log;
  const nothing = shown.length === 0;
  const nothingAtAll = nothing && !more;
  /** All of it, also what has not been looked at yet. */
  const save = (ending: 'csv' | 'json'): Promise<boolean> =>
    attempt(async () => {
      const entries = matching(await app.log.all(), words);
      if (entries.length === 0) {
        tell('info', text.nothingFound);
        return;
      }
      const content = ending === 'csv' ? logCsv(entries) : logJson(entries);
      const { saved } = await app.shell.saveFile(fileName('actions', ending), content);
      if (saved !== null) tell('info', text.saved(entries.length, saved));
    });
  const copy = async (): Promise<void> => {
    if (await app.copyText(logText(shown))) tell('info', text.copied(shown.length));
  };
  return (
    <div className="buttons">
      <div className="aside">
        {more && (
          <button type="button" disabled={reading} onClick={() => app.log.more()}>
            {reading ? text.reading : text.more}
          </button>
        )}
      </div>
      <button type="button" disabled={nothing} title={text.copyTitle} onClick={() => void copy()}>
        {text.copy}
      </button>
      <button type="button" disabled={nothingAtAll} title={text.exportTitle} onClick={() => void save('csv')}>
        {text.csv}
      </button>
      <button
        type="button"
        disabled={nothingAtAll}
        title={text.exportTitle}
        onClick={() => void save('json')}
      >
        {text.json}
      </button>
      <button type="button" onClick={closeDialog}>
        {t.window.close}
      </button>
    </div>
  );
}

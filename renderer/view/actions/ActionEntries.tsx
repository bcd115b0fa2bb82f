import type { ActionCommand } from '../../model/orders';
import { useUi } from '../../model/uiStore';
import type { Command } from '../../shell/shell';
import { useApp, useSelection } from '../AppContext';
import { offerOf, offerOfProgram, offerOfShown, shownKey } from './offers';
import type { Offer } from './offers';

const OF_SOCKETS: readonly ActionCommand[] = ['close-connection', 'close-gracefully'];
const OF_PROCESSES: readonly ActionCommand[] = [
  'end-process',
  'kill-process',
  'suspend-process',
  'resume-process',
];

/** What can be done to the selected rows' sockets and to their processes. */
export function ActionEntries({ run }: { run: (command: Command) => void }) {
  const app = useApp();
  useSelection();
  useUi((state) => state.acting !== null);
  const entries = (commands: readonly ActionCommand[]) =>
    commands.map((command) => (
      <Offered
        key={command}
        offer={offerOf(app, command)}
        keys={shownKey(command)}
        danger={command !== 'suspend-process' && command !== 'resume-process'}
        onClick={() => run(command)}
      />
    ));
  return (
    <>
      {entries(OF_SOCKETS)}
      <Offered offer={offerOfShown(app)} danger onClick={() => run('close-shown')} />
      <hr />
      {entries(OF_PROCESSES)}
      <Offered offer={offerOfProgram(app)} onClick={() => run('show-program')} />
    </>
  );
}

interface OfferedProps {
  offer: Offer;
  keys?: string | undefined;
  danger?: boolean;
  onClick: () => void;
}

/** What cannot be done stays within reach of the keyboard: its description says why. */
function Offered({ offer: { label, title, reason }, keys, danger = false, onClick }: OfferedProps) {
  return (
    <button
      type="button"
      role="menuitem"
      className={danger ? 'danger' : ''}
      aria-disabled={reason !== null}
      data-why={reason ?? undefined}
      title={title}
      onClick={() => {
        if (reason === null) onClick();
      }}
    >
      <span className="label">{label}</span>
      {keys !== undefined && <kbd>{keys}</kbd>}
    </button>
  );
}

import { CircleX, Unplug } from 'lucide-react';
import type { LucideIcon } from 'lucide-react';
import { ACTION_OF } from '../../model/orders';
import type { ActionCommand } from '../../model/orders';
import { useUi } from '../../model/uiStore';
import { t } from '../../strings';
import { useApp, useSelection, useSockets } from '../AppContext';
import { shownKey } from './offers';

type ToolbarCommand = Extract<ActionCommand, keyof typeof t.actions.short>;

/** What TCPView's users look for: to be rid of the connection, or of the process that has it. */
export function ToolbarActions() {
  return (
    <>
      <ActionButton command="close-connection" Icon={Unplug} />
      <ActionButton command="end-process" Icon={CircleX} />
    </>
  );
}

/** Where it cannot be done, the button stays within reach of the keyboard, and says why. */
function ActionButton({ command, Icon }: { command: ToolbarCommand; Icon: LucideIcon }) {
  const app = useApp();
  const count = useSelection().shownCount;
  useSockets(); // what can be done depends on what the rows are by now
  useUi((state) => state.acting !== null);
  useUi((state) => state.connection.kind);
  const reason = app.orders.reasonAgainst(command);
  const action = ACTION_OF[command];
  const label = t.actions.titles[action](1, true);
  return (
    <button
      type="button"
      className="danger"
      aria-disabled={reason !== null}
      data-why={reason ?? undefined}
      aria-label={label}
      title={reason ?? t.window.withKey(t.actions.about[action], shownKey(command) ?? null)}
      onClick={() => {
        if (reason === null) app.run(command);
      }}
    >
      <Icon size={15} aria-hidden />
      <span className="middle">{t.actions.short[command]}</span>
      {command === 'close-connection' && count > 1 && <span className="count">{count}</span>}
    </button>
  );
}

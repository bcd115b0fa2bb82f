import { SOCKET_STATES, stateTitle } from '../../../shared/socket';
import type { SocketState } from '../../../shared/socket';
import { formatCount } from '../../model/columns';
import { HIDABLE, isHidable, toggleHidden, toggleState } from '../../model/filter';
import type { Hidable } from '../../model/filter';
import { ui, useUi } from '../../model/uiStore';
import { t } from '../../strings';
import { useSockets } from '../AppContext';
import { MenuButton, MenuCheck, MenuEntry, MenuHeading } from './MenuButton';

/** The states that are there in the menu whether there are such sockets or not. */
const USUAL: readonly SocketState[] = ['ESTABLISHED', 'LISTEN', 'TIME_WAIT', 'CLOSE_WAIT'];

/** Which states are shown, with how many sockets are in each; and the quick switches that hide. */
export function StateMenu() {
  const hidden = useUi((state) => state.hidden);
  const count = hidden.states.length + HIDABLE.filter((what) => hidden[what]).length;
  const text = t.filter.toolbar;
  return (
    <MenuButton
      label={text.states}
      title={text.statesTitle}
      name={text.states}
      pressed={count > 0}
      className="states"
    >
      <Entries />
    </MenuButton>
  );
}

function Entries() {
  const hidden = useUi((state) => state.hidden);
  const { order } = useSockets();
  const text = t.filter.toolbar;
  const states = new Map<SocketState, number>();
  const kinds: Record<Hidable, number> = { loopback: 0, listeners: 0, unconnected: 0 };
  for (const id of order.ids()) {
    const { row } = order.get(id)!;
    if (row.state !== null) states.set(row.state, (states.get(row.state) ?? 0) + 1);
    for (const what of HIDABLE) if (isHidable[what](row)) kinds[what]++;
  }
  const listed = SOCKET_STATES.filter(
    (state) => states.has(state) || USUAL.includes(state) || hidden.states.includes(state),
  );
  return (
    <>
      <MenuHeading>{text.hideHeading}</MenuHeading>
      {HIDABLE.map((what) => (
        <MenuCheck
          key={what}
          label={text.hide[what]}
          title={text.hideHint[what]}
          end={formatCount(kinds[what])}
          checked={hidden[what]}
          onClick={() => toggleHidden(what)}
        />
      ))}
      <hr />
      <MenuHeading>{text.statesHeading}</MenuHeading>
      {listed.map((state) => (
        <MenuCheck
          key={state}
          label={stateTitle(state)}
          end={formatCount(states.get(state) ?? 0)}
          checked={!hidden.states.includes(state)}
          onClick={() => toggleState(state)}
        />
      ))}
      <hr />
      <MenuEntry
        label={text.showAllStates}
        disabled={hidden.states.length === 0}
        onClick={() => ui.set({ hidden: { ...hidden, states: [] } })}
      />
    </>
  );
}

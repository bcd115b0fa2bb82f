import { Fragment } from 'react';
import { isOn, READING_SWITCHES, switchTitle } from '../../shared/reading';
import type { ReadingSwitch } from '../../shared/reading';
import { protocolOf } from '../../shared/socket';
import type { Protocol } from '../../shared/socket';
import { isWindows } from '../model/system';
import { chosenReading, useUi } from '../model/uiStore';
import { t } from '../strings';
import { useApp } from './AppContext';
import { MenuButton, MenuCheck } from './filter/MenuButton';

/** The switches for what is not shown unless asked for: other protocols, bound sockets, other namespaces, command lines. */
export function SocketMenu() {
  const app = useApp();
  const reading = useUi(chosenReading);
  const windows = useUi(({ welcome }) => isWindows(welcome));
  const available = useUi((state) => state.status?.available);
  if (reading === null || available === undefined) return null;
  const protocols = new Set<Protocol>(available.map(protocolOf));
  // A system without other protocols has no namespaces either; what is bound Windows tells all the same.
  const hasMore = protocols.size > 2;
  const isOffered = { bound: hasMore || windows, namespaces: hasMore, commandLines: true };
  const switches = READING_SWITCHES.filter((name) =>
    isGeneral(name) ? isOffered[name] : protocols.has(name),
  );
  const count = switches.filter((name) => isOn(reading, name)).length;
  const text = t.filter.toolbar;
  return (
    <MenuButton label={text.more(count)} title={text.moreTitle} name={text.moreName} pressed={count > 0}>
      {switches.map((name, i) => (
        <Fragment key={name}>
          {isGeneral(name) && i > 0 && !isGeneral(switches[i - 1]!) && <hr />}
          <MenuCheck
            label={switchTitle(name)}
            checked={isOn(reading, name)}
            onClick={() => app.run(`read-${name}`)}
          />
        </Fragment>
      ))}
    </MenuButton>
  );
}

type General = Exclude<ReadingSwitch, Protocol>;

function isGeneral(name: ReadingSwitch): name is General {
  return name === 'bound' || name === 'namespaces' || name === 'commandLines';
}

import { Columns3, Globe, List, ListTree, Lock, Network, Rows3, Tag } from 'lucide-react';
import type { LucideIcon } from 'lucide-react';
import { useUi, VIEWS } from '../../model/uiStore';
import type { View } from '../../model/uiStore';
import type { ViewSwitch } from '../../../shared/bridge';
import { t } from '../../strings';
import { useApp } from '../AppContext';
import { MenuButton, MenuCheck, MenuEntry, MenuHeading, useCloseMenu } from './MenuButton';

const VIEW_ICONS: Record<View, LucideIcon> = {
  flat: List,
  process: Rows3,
  host: Network,
  service: Tag,
  listeners: ListTree,
};

/** How the rows are gathered, and every switch of the view: those that the toolbar has room for stand beside it as well. */
export function ViewMenu() {
  const view = useUi((state) => state.view);
  const text = t.filter.toolbar;
  const Icon = VIEW_ICONS[view];
  return (
    <MenuButton
      label={<span className="label">{text.view}</span>}
      icon={<Icon size={15} aria-hidden />}
      title={text.viewTitle(view)}
      name={text.view}
      pressed={view !== 'flat'}
      className="view"
    >
      <Entries />
    </MenuButton>
  );
}

function Entries() {
  const app = useApp();
  const close = useCloseMenu();
  const view = useUi((state) => state.view);
  const keepStill = useUi((state) => state.keepStill);
  const names = useUi((state) => state.resolveNames);
  const portNames = useUi((state) => state.portNames);
  const text = t.filter.toolbar;
  const connectRefused = app.engines.reasonAgainst('connect-to');
  return (
    <>
      <MenuHeading>{text.viewHeading}</MenuHeading>
      {VIEWS.map((name) => (
        <MenuCheck
          key={name}
          radio
          label={text.viewTitles[name]}
          checked={view === name}
          onClick={() => {
            app.run(`view-${name}`);
            close();
          }}
        />
      ))}
      <hr />
      <MenuCheck
        label={text.keepStill}
        title={text.keepStillTitle}
        checked={keepStill}
        onClick={() => app.run('keep-still')}
      />
      <MenuCheck
        label={text.names}
        title={text.namesTitle}
        checked={names}
        onClick={() => app.run('resolve-names')}
      />
      <MenuCheck
        label={text.portNames}
        title={text.portNamesTitle}
        checked={portNames}
        onClick={() => app.run('port-names')}
      />
      <hr />
      <MenuEntry
        label={t.actions.log.menu}
        onClick={() => {
          close();
          app.run('action-log');
        }}
      />
      <MenuEntry
        label={t.engine.connect.menu}
        reason={connectRefused}
        onClick={() => {
          close();
          app.run('connect-to');
        }}
      />
      <hr />
      {(['columns', 'settings', 'shortcuts'] as const).map((dialog) => (
        <MenuEntry
          key={dialog}
          label={text[`${dialog}Menu`]}
          onClick={() => {
            close();
            app.run(dialog);
          }}
        />
      ))}
    </>
  );
}

/** The switches of the view and the columns, as far as there is room; the menu has them in any case. */
export function ViewSwitches() {
  const app = useApp();
  const text = t.filter.toolbar;
  return (
    <div className="group switches">
      <SwitchButton name="keep-still" on={useUi((state) => state.keepStill)} Icon={Lock} />
      <SwitchButton name="resolve-names" on={useUi((state) => state.resolveNames)} Icon={Globe} />
      <SwitchButton name="port-names" on={useUi((state) => state.portNames)} Icon={Tag} />
      <button
        type="button"
        className="icon"
        aria-label={text.columns}
        title={text.columnsTitle}
        onClick={() => app.run('columns')}
      >
        <Columns3 size={15} aria-hidden />
      </button>
    </div>
  );
}

const SWITCH_TEXTS: Record<ViewSwitch, readonly [label: string, title: string]> = {
  'keep-still': [t.filter.toolbar.keepStill, t.filter.toolbar.keepStillTitle],
  'resolve-names': [t.filter.toolbar.names, t.filter.toolbar.namesTitle],
  'port-names': [t.filter.toolbar.portNames, t.filter.toolbar.portNamesTitle],
};

function SwitchButton({ name, on, Icon }: { name: ViewSwitch; on: boolean; Icon: LucideIcon }) {
  const app = useApp();
  const [label, title] = SWITCH_TEXTS[name];
  return (
    <button
      type="button"
      className="icon"
      aria-label={label}
      aria-pressed={on}
      title={`${label}\n${title}`}
      onClick={() => app.run(name)}
    >
      <Icon size={15} aria-hidden />
    </button>
  );
}

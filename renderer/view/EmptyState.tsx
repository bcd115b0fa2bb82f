import { plainText } from '../../shared/text';
import { useApp, useSockets } from './AppContext';
import { showEverything, useUi } from '../model/uiStore';
import { t } from '../strings';

/** What stands in the place of rows where there are none: why, and what to do. */
export function EmptyState() {
  const app = useApp();
  const sockets = useSockets();
  const connection = useUi((state) => state.connection);
  const search = useUi((state) => state.search);
  if (connection.kind === 'refused') {
    return (
      <Message title={t.window.cannotShow} action={t.window.reload} onAction={() => window.location.reload()}>
        {connection.message}
      </Message>
    );
  }
  if (!sockets.loaded) return <Loading connecting={connection.kind !== 'connected'} />;
  const { total } = sockets.order;
  if (total === 0) {
    return (
      <Message title={t.window.noSockets} action={t.window.readAgain} onAction={() => app.run('refresh')}>
        {t.window.noSocketsWhy}
      </Message>
    );
  }
  return (
    <Message title={t.window.nothingMatches} action={t.window.showAll} onAction={showEverything}>
      {search === '' ? t.window.hiddenByToggles(total) : t.window.hiddenByFilter(total, plainText(search))}
    </Message>
  );
}

/** Rows to come. */
function Loading({ connecting }: { connecting: boolean }) {
  return (
    <div className="empty loading" role="status">
      <div className="skeleton" aria-hidden>
        {Array.from({ length: 8 }, (_, i) => (
          <div key={i} />
        ))}
      </div>
      <h2>{connecting ? t.window.connecting : t.window.loading}</h2>
    </div>
  );
}

interface MessageProps {
  title: string;
  children: string;
  /** The label of what can be done about it */
  action: string;
  onAction: () => void;
}

function Message({ title, children, action, onAction }: MessageProps) {
  return (
    <div className="empty" role="status">
      <h2>{title}</h2>
      <p>{children}</p>
      <button type="button" onClick={onAction}>
        {action}
      </button>
    </div>
  );
}

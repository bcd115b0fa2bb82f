import { ui, useUi } from '../model/uiStore';
import { useSockets } from './AppContext';

/** What stands in the place of rows where there are none: why, and what to do. */
export function EmptyState() {
  const sockets = useSockets();
  const connection = useUi((state) => state.connection);
  const search = useUi((state) => state.search);
  if (connection.kind === 'refused') {
    return <Message title="SocketScope cannot show anything">{connection.message}</Message>;
  }
  if (!sockets.loaded) return <Message title="Reading the sockets of this machine…" />;
  if (sockets.order.total === 0) {
    return (
      <Message title="No sockets">Not one of the sockets that are read is open on this machine.</Message>
    );
  }
  return (
    <Message title="Nothing matches">
      {search === ''
        ? 'Every protocol that has sockets is switched off in the toolbar. '
        : `None of the ${sockets.order.total} sockets contains “${search}”. `}
      <button
        type="button"
        onClick={() => ui.set({ search: '', tables: { tcp4: true, tcp6: true, udp4: true, udp6: true } })}
      >
        Show all
      </button>
    </Message>
  );
}

function Message({ title, children }: { title: string; children?: React.ReactNode }) {
  return (
    <div className="empty" role="status">
      <h2>{title}</h2>
      {children !== undefined && <p>{children}</p>}
    </div>
  );
}

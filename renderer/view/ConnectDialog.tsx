import { X } from 'lucide-react';
import { useState } from 'react';
import { forgetHost } from '../model/engines';
import { reasonOf } from '../model/telling';
import { useUi } from '../model/uiStore';
import { t } from '../strings';
import { useApp } from './AppContext';
import { closeDialog, Dialog } from './Dialog';

/** Which machine to look at, by the user's own ssh. What goes wrong is said here, and the present engine goes on. */
export function ConnectDialog() {
  const open = useUi((state) => state.dialog === 'connect');
  return open ? <OpenDialog /> : null;
}

function OpenDialog() {
  const app = useApp();
  const recent = useUi((state) => state.recentHosts);
  const next = useUi((state) => state.nextEngine);
  const [host, setHost] = useState(recent[0] ?? '');
  const [problem, setProblem] = useState<string | null>(null);
  const text = t.engine.connect;
  const connecting = next?.kind === 'remote' ? next.host : null;

  const connect = async (to: string): Promise<void> => {
    setHost(to);
    setProblem(null);
    try {
      if (await app.engines.connect(to)) closeDialog();
    } catch (error) {
      setProblem(reasonOf(error));
    }
  };
  return (
    <Dialog labelledBy="connect-title" className="connect" onClose={() => void app.engines.cancel()}>
      <h2 id="connect-title">{text.title}</h2>
      <p className="hint" id="connect-about">
        {text.about}
      </p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (connecting === null) void connect(host);
        }}
      >
        <label htmlFor="connect-host">{text.label}</label>
        <input
          id="connect-host"
          type="text"
          ref={(box) => box?.setAttribute('autofocus', '')}
          placeholder={text.placeholder}
          aria-describedby={problem === null ? 'connect-about' : 'connect-problem'}
          aria-invalid={problem !== null}
          maxLength={200}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          readOnly={connecting !== null}
          value={host}
          onFocus={(event) => event.target.select()} // the last one is most often not the next one
          onChange={(event) => setHost(event.target.value)}
        />
        <button type="submit" className="primary" disabled={host.trim() === '' || connecting !== null}>
          {text.connect}
        </button>
      </form>
      {problem !== null && (
        <p className="problem" id="connect-problem" role="alert">
          {problem}
        </p>
      )}
      {connecting !== null && (
        <p className="working" role="status">
          <progress aria-hidden /> {text.connecting(connecting)}
        </p>
      )}
      {recent.length > 0 && (
        <>
          <h3>{text.recent}</h3>
          <ul className="hosts" aria-label={text.recent}>
            {recent.map((one) => (
              <li key={one}>
                <button type="button" disabled={connecting !== null} onClick={() => void connect(one)}>
                  <code translate="no">{one}</code>
                </button>
                <button
                  type="button"
                  className="clear"
                  aria-label={text.forget(one)}
                  title={text.forget(one)}
                  onClick={() => forgetHost(one)}
                >
                  <X size={13} aria-hidden />
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
      <div className="buttons">
        {connecting === null ? (
          <button type="button" onClick={closeDialog}>
            {text.close}
          </button>
        ) : (
          <button type="button" onClick={() => void app.engines.cancel()}>
            {text.cancel}
          </button>
        )}
      </div>
    </Dialog>
  );
}

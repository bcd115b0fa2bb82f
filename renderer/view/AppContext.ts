import { createContext, useContext, useSyncExternalStore } from 'react';
import type { App } from '../model/app';

export const AppContext = createContext<App | null>(null);

export function useApp(): App {
  const app = useContext(AppContext);
  if (app === null) throw new Error('useApp is for components inside of AppContext');
  return app;
}

/** Renders again whenever the sockets have changed. */
export function useSockets(): App['sockets'] {
  const { sockets } = useApp();
  useSyncExternalStore(sockets.subscribe, sockets.version);
  return sockets;
}

/** Renders again whenever the selection has changed. */
export function useSelection(): App['selection'] {
  const { selection } = useApp();
  useSyncExternalStore(selection.subscribe, selection.version);
  return selection;
}

import { useSyncExternalStore } from 'react';
import type { App } from '../../model/app';
import { useApp } from '../AppContext';

/** Renders again with each reading: one in which nothing has changed is a value too. */
export function useInspector(): App['inspector'] {
  const { inspector } = useApp();
  useSyncExternalStore(inspector.subscribe, inspector.version);
  return inspector;
}

export { OrderError, PATIENCE_MS } from './acting';
export { ActionLog, UnkeptLog } from './actionLog';
export { HostDesk } from './answerHost';
export { systemClock } from './clock';
export type { Clock } from './clock';
export { Engine } from './engine';
export { SCENARIOS as DEMONSTRATIONS } from '../native';
export { createEngine } from './createEngine';

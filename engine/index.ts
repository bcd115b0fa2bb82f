export { systemClock } from './clock';
export type { Clock } from './clock';
export { Engine } from './engine';
export { createEngine } from './createEngine';

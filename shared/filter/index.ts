/** The filter language (docs/filter.md), for the page and the command line. */
export { compileFilter } from './compile';
export { completions } from './complete';
export { fromCurrPorts } from './currports';
export { withTerm } from './edit';
export { FILTER_FIELDS } from './fields';
export { narrows } from './narrowing';
export { quote } from './print';
export type { Completion, Completions, Filter, FilterError, Range } from './types';

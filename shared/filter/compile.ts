/** From the tree to the question that is asked of each row. */
import type { LiveRow, Lookups } from '../rowFacts';
import { fromCurrPorts } from './currports';
import { findField, usesTraffic } from './fields';
import { Invalid } from './invalid';
import { parse } from './parser';
import type { Node, Value } from './syntax';
import { allOf, anyOf, fieldTerm } from './terms';
import type { RowTest, Term } from './terms';
import type { Filter, FilterError, Range } from './types';
import { WORD_COLUMNS, wordTerm } from './words';

interface Mark {
  columns: { has(column: string): boolean };
  find: (text: string) => Range[];
}

class Compiler {
  readonly errors: FilterError[] = [];
  readonly marks: Mark[] = [];
  usesNames = false;
  usesTime = false;
  usesTraffic = false;

  constructor(private readonly lookups: Lookups) {}

  /** Null where nothing of it is right. `positive`: rows that it accepts are shown, so what fits in them is marked. */
  compile(node: Node, positive: boolean): RowTest | null {
    switch (node.kind) {
      case 'and':
      case 'or': {
        const tests = node.items.map((item) => this.compile(item, positive)).filter((test) => test !== null);
        return tests.length === 0 ? null : node.kind === 'and' ? allOf(tests) : anyOf(tests);
      }
      case 'not': {
        const test = this.compile(node.item, !positive);
        return test === null ? null : (row) => !test(row);
      }
      case 'word':
        return this.terms([node.value], positive, WORD_COLUMNS, (value) => wordTerm(value, this.lookups));
      case 'field': {
        const field = findField(node.field)!;
        const columns = new Set(field.columns);
        this.usesTraffic ||= usesTraffic(field);
        return this.terms(node.values, positive, columns, (value) => fieldTerm(field, value, this.lookups));
      }
    }
  }

  /** Any of the values fits. */
  private terms(
    values: readonly Value[],
    positive: boolean,
    columns: Mark['columns'],
    make: (value: Value) => Term,
  ): RowTest | null {
    const tests: RowTest[] = [];
    for (const value of values) {
      try {
        const term = make(value);
        tests.push(term.test);
        if (positive) this.marks.push({ columns, find: term.mark });
        this.usesNames ||= term.usesNames;
        this.usesTime ||= term.usesTime;
        this.usesTraffic ||= term.usesTraffic;
      } catch (error) {
        if (!(error instanceof Invalid)) throw error;
        this.errors.push({ from: value.from, to: value.to, message: error.message });
      }
    }
    return tests.length === 0 ? null : anyOf(tests);
  }
}

/**
 * Never throws. A term with an error is left out: the others filter. Services are asked for once per port; names of hosts
 * and the time are asked for at each row.
 */
export function compileFilter(text: string, lookups: Lookups): Filter {
  const { root, errors } = parse(fromCurrPorts(text) ?? text);
  const compiler = new Compiler(lookups);
  const test = root === null ? null : compiler.compile(root, true);
  return {
    text,
    errors: inOrder([...errors, ...compiler.errors]),
    isEmpty: test === null,
    dependsOnNames: compiler.usesNames,
    dependsOnTime: compiler.usesTime,
    dependsOnTraffic: compiler.usesTraffic,
    accepts: test ?? ((_row: LiveRow) => true),
    highlights: (column, cell) =>
      merged(compiler.marks.flatMap(({ columns, find }) => (columns.has(column) ? find(cell) : []))),
  };
}

/** In the order of the text; of several about the same part, the first. */
function inOrder(errors: readonly FilterError[]): FilterError[] {
  const byRange = new Map<string, FilterError>();
  for (const error of errors) {
    const range = `${error.from}-${error.to}`;
    if (!byRange.has(range)) byRange.set(range, error);
  }
  return [...byRange.values()].sort((a, b) => a.from - b.from || a.to - b.to);
}

function merged(ranges: Range[]): Range[] {
  const result: Range[] = [];
  for (const [from, to] of ranges.sort((a, b) => a[0] - b[0])) {
    const last = result.at(-1);
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], to);
    else result.push([from, to]);
  }
  return result;
}

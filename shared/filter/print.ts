/** From the tree back to text: what is parsed again is the same tree. */
import type { Node, Value } from './syntax';

export function print(node: Node | null): string {
  return node === null ? '' : printed(node, 'or');
}

/** `within`: what it stands in, which says whether it needs parentheses. */
function printed(node: Node, within: Node['kind']): string {
  switch (node.kind) {
    case 'or':
      return grouped(node.items.map((item) => printed(item, 'or')).join(' or '), within !== 'or');
    case 'and':
      return grouped(node.items.map((item) => printed(item, 'and')).join(' '), within === 'not');
    case 'not':
      return `-${printed(node.item, 'not')}`;
    case 'word':
      return printValue(node.value);
    case 'field':
      return `${node.field}:${node.values.map(printValue).join(',')}`;
  }
}

function grouped(text: string, needed: boolean): string {
  return needed ? `(${text})` : text;
}

function printValue({ kind, text, operator }: Value): string {
  const sign = operator ?? '';
  if (kind === 'bare') return sign + text;
  return sign + (kind === 'regex' ? `/${text.replaceAll('/', '\\/')}/` : inQuotes(text));
}

function inQuotes(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

/** The value as it stands in a filter, in quotes unless it is plain: there it stands for itself, wildcards and all. */
export function quote(value: string): string {
  const plain = /^[\p{L}\p{N}_@][\p{L}\p{N}_.@%-]*$/u.test(value) && !/^(none|or|and|not)$/i.test(value);
  return plain ? value : inQuotes(value);
}

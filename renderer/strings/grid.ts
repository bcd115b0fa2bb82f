/** Texts of the page: the grid. */
const count = new Intl.NumberFormat('en-US');

export const gridStrings = {
  title: 'Sockets',
  /** Titles of groups: a process, and what has none */
  process: (name: string, pid: number) => `${name} (${pid})`,
  noOwner: 'no owner',
  noRemote: 'no remote end',
  marks: { new: 'New', changed: 'State changed', ended: 'Ended' },
  fold: 'Fold in',
  unfold: 'Unfold',
  sockets: (n: number) => (n === 1 ? '1 socket' : `${count.format(n)} sockets`),
  /** Behind a listener: how many connections it has accepted */
  accepted: (n: number) => (n === 1 ? '1 accepted connection' : `${count.format(n)} accepted connections`),
  /** The chip: what waits while the grid is held still */
  newRows: (n: number) => `${count.format(n)} new`,
  endedRows: (n: number) => `${count.format(n)} ended`,
  held: 'Held still',
  letGo: 'Show',
  letGoTitle:
    'The rows keep their places while the pointer is over them, a menu is open, or the keyboard has selected some. Click to bring them up to date.',
} as const;

import { describe, expect, it } from 'vitest';
import { socketRow } from '../../shared/fixtures/rows';
import type { SocketDetails } from '../../shared/details';
import { OpenDetails } from './openDetails';
import type { DetailsState } from './openDetails';

const DETAILS: SocketDetails = { groups: [], holders: [] };
const LATER: SocketDetails = {
  groups: [{ name: 'x', title: 'X', facts: [], note: 'later' }],
  holders: [],
};
const A = socketRow({ id: 'a' });
const B = socketRow({ id: 'b' });

function begin(): { open: OpenDetails; asked: string[]; now: () => DetailsState | null } {
  const asked: string[] = [];
  let state: DetailsState | null = null;
  const open = new OpenDetails(
    (id) => asked.push(id),
    (next) => (state = next),
  );
  return { open, asked, now: () => state };
}
const reply = (id: string, details: SocketDetails | null) => ({ type: 'details', id, details }) as const;

describe('OpenDetails', () => {
  it('asks when it is opened, and again with each update, one question at a time', () => {
    const { open, asked, now } = begin();
    open.open(A);
    expect(now()).toEqual({ id: 'a', row: A, details: null, ended: false });
    open.updated(undefined);
    open.updated(undefined);
    expect(asked).toEqual(['a']); // the first has not been answered
    open.answered(reply('a', DETAILS));
    expect(now()?.details).toBe(DETAILS);
    open.updated(undefined);
    expect(asked).toEqual(['a', 'a']);
    open.answered(reply('a', LATER));
    expect(now()?.details).toBe(LATER);
  });

  it('follows its row', () => {
    const { open, now } = begin();
    open.open(A);
    const later = socketRow({ id: 'a', state: 'TIME_WAIT' });
    open.updated(later);
    expect(now()?.row).toBe(later);
  });

  it('keeps what was known last when the socket has ended, and asks no more', () => {
    const { open, asked, now } = begin();
    open.open(A);
    open.answered(reply('a', DETAILS));
    open.updated(undefined);
    open.answered(reply('a', null));
    expect(now()).toEqual({ id: 'a', row: A, details: DETAILS, ended: true });
    open.updated(undefined);
    expect(asked).toEqual(['a', 'a']);
    open.open(A); // asked for once more, it looks once more
    expect(asked).toEqual(['a', 'a', 'a']);
  });

  it('shows no answer about another socket, and none once it is closed', () => {
    const { open, asked, now } = begin();
    open.open(A);
    open.open(B);
    expect(asked).toEqual(['a', 'b']);
    open.answered(reply('a', DETAILS));
    expect(now()).toMatchObject({ id: 'b', details: null });
    open.updated(undefined);
    expect(asked).toEqual(['a', 'b']); // still waiting for its own
    open.close();
    expect(now()).toBeNull();
    open.answered(reply('b', DETAILS));
    expect(now()).toBeNull();
    open.updated(undefined);
    expect(asked).toEqual(['a', 'b']);
  });

  it('asks again on a new wire', () => {
    const { open, asked } = begin();
    open.open(A);
    open.reconnected();
    open.updated(undefined);
    expect(asked).toEqual(['a', 'a']);
  });

  it('does not start over when the open socket is opened again', () => {
    const { open, asked, now } = begin();
    open.open(A);
    open.answered(reply('a', DETAILS));
    open.open(A);
    expect(asked).toEqual(['a']);
    expect(now()?.details).toBe(DETAILS);
  });
});

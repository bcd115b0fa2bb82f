import { describe, expect, it } from 'vitest';
import { socketRow } from '../shared/fixtures/rows';
import { parseFilter, protectNegations } from './filter';
import { UsageError } from './usage';

const row = { ...socketRow(), sendRate: null, receiveRate: null };

describe('the filter of a command line', () => {
  it('is its arguments, joined', () => {
    const filter = parseFilter(['nginx', 'or', 'port:22'], () => ({}));
    expect(filter.text).toBe('nginx or port:22');
    expect(filter.accepts(row)).toBe(true);
    expect(parseFilter([], () => ({})).isEmpty).toBe(true);
  });

  it('knows services once there are some', () => {
    let services = {};
    const filter = parseFilter(['port:https'], () => services);
    services = { '443/tcp': 'https' };
    expect(filter.accepts(row)).toBe(true);
    expect(filter.accepts({ ...row, localPort: 80 })).toBe(false);
  });

  it('points at what is wrong', () => {
    expect(() => parseFilter(['nginx', 'prot:80'], () => ({}))).toThrow(
      new UsageError('There is no field “prot”. Did you mean “protocol:”?\n  nginx prot:80\n        ^^^^'),
    );
  });

  it('takes a negated term for no option', () => {
    expect(protectNegations(['-port:80', '-sent>1', '--json', '-h', 'a-b', '-(a', '-json'])).toEqual([
      ...['!port:80', '!sent>1', '--json', '-h', 'a-b', '!(a', '-json'],
    ]);
  });
});

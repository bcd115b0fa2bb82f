import { describe, expect, it } from 'vitest';
import { parseBench, parseChurn, parseDecode, parseGrid, parseNetlink, UsageError } from './options';

describe('bench:sockets', () => {
  it('has the sizes of the README unless told otherwise', () => {
    expect(parseBench([])).toEqual({ sizes: [1000, 10_000, 50_000, 100_000], rounds: 7, json: null });
  });

  it('takes sizes, rounds and a file', () => {
    expect(parseBench(['--sizes', '1000,50000', '--rounds=9', '--json', 'out.json'])).toEqual({
      sizes: [1000, 50_000],
      rounds: 9,
      json: 'out.json',
    });
  });

  it.each([
    [['--sizes', ''], /--sizes takes numbers from 500/],
    [['--sizes', '1000,x'], /not "x"/],
    [['--sizes', '100'], /from 500 to 200000/],
    [['--sizes', '1000.5'], /whole numbers/],
    [['--rounds', '3'], /--rounds takes numbers from 7/],
    [['--size', '1000'], /--size/],
    [['1000'], /1000/],
  ])('refuses %j', (args, message) => {
    expect(() => parseBench(args)).toThrow(UsageError);
    expect(() => parseBench(args)).toThrow(message);
  });
});

describe('stress:netlink and stress:churn', () => {
  it('have defaults', () => {
    expect(parseNetlink([])).toEqual({ seed: 1, count: 1_000_000 });
    expect(parseChurn([])).toEqual({ minutes: 10, rate: 0.2, sockets: 5000 });
  });

  it('take numbers', () => {
    expect(parseNetlink(['--seed', '7', '--count', '50'])).toEqual({ seed: 7, count: 50 });
    expect(parseChurn(['--minutes', '0.5', '--rate', '0.05', '--sockets', '800'])).toEqual({
      ...{ minutes: 0.5, rate: 0.05, sockets: 800 },
    });
  });

  it('refuse what makes no sense', () => {
    expect(() => parseNetlink(['--count', '0'])).toThrow(UsageError);
    expect(() => parseNetlink(['--seed', '-1'])).toThrow(UsageError);
    expect(() => parseChurn(['--rate', '20%'])).toThrow(UsageError);
  });
});

describe('bench:grid', () => {
  it('has the sizes of the README unless told otherwise', () => {
    expect(parseGrid([])).toEqual({ rows: [10_000, 50_000, 100_000], rounds: 100, json: null });
    expect(parseGrid(['--rows', '1000', '--rounds', '10', '--json', 'f'])).toEqual({
      ...{ rows: [1000], rounds: 10, json: 'f' },
    });
  });

  it.each([
    [['--rows', '10'], /--rows takes numbers from 1000/],
    [['--rounds', '1'], /--rounds takes numbers from 10/],
    [['--sizes', '1000'], /--rows/],
  ])('refuses %j', (args, message) => {
    expect(() => parseGrid(args)).toThrow(message);
  });
});

describe('bench:decode', () => {
  it('decodes 20,000 rows unless told otherwise', () => {
    expect(parseDecode([])).toEqual({ rows: 20_000, rounds: 100, json: null });
    expect(parseDecode(['--rows', '1000', '--rounds', '10', '--json', 'f'])).toEqual({
      ...{ rows: 1000, rounds: 10, json: 'f' },
    });
  });

  it.each([
    [['--rows', '10'], /--rows takes numbers from 1000/],
    [['--rounds', '1'], /--rounds takes numbers from 10/],
    [['--sizes', '1000'], /--rows/],
  ])('refuses %j', (args, message) => {
    expect(() => parseDecode(args)).toThrow(message);
  });
});

import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { NativeError, NotHereError } from '../engine';
import type { TimeWait } from '../shared/timeWait';
import { askOf, parseTimeWait, timeWait } from './timeWait';
import type { Ask, TimeWaitOrder } from './timeWait';
import { UsageError } from './usage';

const WINDOWS: TimeWait = { system: 'windows', state: 'set', seconds: 60, type: 'REG_DWORD', where: 'there' };

/** Runs an order at a catalogue that notes what is done to it. */
async function change(
  order: TimeWaitOrder,
  options: { yes?: boolean; ask?: Ask; fails?: Error; now?: TimeWait } = {},
) {
  const { yes = false, ask = null, fails, now = WINDOWS } = options;
  const done: (number | 'removed')[] = [];
  const note = (what: number | 'removed'): TimeWait => {
    if (fails !== undefined) throw fails;
    done.push(what);
    return what === 'removed'
      ? { ...WINDOWS, state: 'default', seconds: null, type: null }
      : { ...WINDOWS, seconds: what };
  };
  const catalogue = {
    timeWait: () => now,
    setTimeWait: (seconds: number) => note(seconds),
    removeTimeWait: () => note('removed'),
  };
  const output = await timeWait(catalogue, order, { json: false, yes, ask });
  return { ...output, done };
}

describe('time-wait', () => {
  it.each([
    [[], { verb: 'show' }],
    [['set', '30'], { verb: 'set', seconds: 30 }],
    [['set', '300'], { verb: 'set', seconds: 300 }],
    [['remove'], { verb: 'remove' }],
  ])('understands %j', (words, order) => {
    expect(parseTimeWait(words)).toEqual(order);
  });

  it.each([
    ['set'],
    ['set 29'],
    ['set 301'],
    ['set 0x3c'],
    ['set 60 s'],
    ['remove 60'],
    ['show'],
    ['set -60'],
  ])('refuses "%s"', (line) => {
    expect(() => parseTimeWait(line.split(' '))).toThrow(UsageError);
  });

  it('shows it as text and as one object', async () => {
    expect(await change({ verb: 'show' })).toMatchObject({
      stdout: expect.stringMatching(/^TcpTimedWaitDelay is set to 60 s.*\nthere\n$/) as string,
      exitCode: 0,
      done: [],
    });
    const catalogue = { timeWait: () => WINDOWS, setTimeWait: () => WINDOWS, removeTimeWait: () => WINDOWS };
    const { stdout } = await timeWait(catalogue, { verb: 'show' }, { json: true, yes: false, ask: null });
    expect(JSON.parse(stdout)).toEqual(WINDOWS);
  });

  it('asks first, with what is set now and what is to be', async () => {
    const questions: string[] = [];
    const answering =
      (answer: boolean): Ask =>
      (question) => {
        questions.push(question);
        return Promise.resolve(answer);
      };
    expect(await change({ verb: 'set', seconds: 45 }, { ask: answering(true) })).toMatchObject({
      stdout: expect.stringContaining('45 s') as string,
      stderr: 'socketscope: It counts from the next start of the computer.\n',
      exitCode: 0,
      done: [45],
    });
    expect(await change({ verb: 'remove' }, { ask: answering(false) })).toEqual({
      ...{ stdout: '', stderr: 'socketscope: Nothing was changed.\n', exitCode: 1, done: [] },
    });
    expect(questions).toEqual([
      expect.stringMatching(/60 s[^]*Set TcpTimedWaitDelay to 45 s/),
      expect.stringMatching(/Remove TcpTimedWaitDelay/),
    ]);
  });

  it.each([
    ['y', 'y\r', true],
    ['YES', ' YES \r', true],
    ['Enter', '\r', false],
    ['another word', 'yesterday\r', false],
    ['Ctrl+C', '\u0003', false],
    ['Ctrl+C after a y', 'y\u0003', false],
    ['Ctrl+D', '\u0004', false],
    ['the end of the input', null, false],
  ])('takes %s for what it is', async (_name, typed, expected) => {
    const input = new PassThrough();
    const output = Object.assign(new PassThrough(), { isTTY: true, columns: 80 }); // keys are read one by one
    const answer = askOf('Really? ', input, output);
    if (typed === null) input.end();
    else input.write(typed);
    expect(await answer).toBe(expected);
    expect(String(output.read())).toContain('Really? ');
  });

  it('changes nothing where nobody can be asked, unless --yes was given', async () => {
    await expect(change({ verb: 'set', seconds: 45 })).rejects.toThrow(UsageError);
    expect(await change({ verb: 'remove' }, { yes: true })).toMatchObject({ exitCode: 0, done: ['removed'] });
  });

  it('says who may, or why nobody can, and 3', async () => {
    const fixed: TimeWait = { system: 'linux', state: 'fixed', seconds: 60, type: null, where: null };
    expect(
      await change({ verb: 'set', seconds: 45 }, { fails: new NotHereError('Never.'), now: fixed }),
    ).toMatchObject({ stdout: '', stderr: 'socketscope: Never.\n', exitCode: 3 });
    const denied = new NativeError('RegOpenKeyExW', 5, 'ERROR_ACCESS_DENIED', 'As an administrator.');
    expect(await change({ verb: 'remove' }, { yes: true, fails: denied })).toMatchObject({
      stderr: 'socketscope: RegOpenKeyExW: ERROR_ACCESS_DENIED. As an administrator.\n',
      exitCode: 3,
    });
    const broken = new NativeError('RegOpenKeyExW', 8, 'ERROR_NOT_ENOUGH_MEMORY', 'It is full.');
    await expect(change({ verb: 'remove' }, { yes: true, fails: broken })).rejects.toBe(broken);
  });
});

import { describe, expect, it } from 'vitest';
import { PROTOCOL_VERSION } from '../shared/contract';
import {
  declined,
  endingOf,
  noEngine,
  notElevated,
  notListening,
  notStarted,
  otherVersion,
  unanswered,
} from './ends';
import type { Place } from './ends';

const server: Place = { kind: 'remote', host: 'ops@server', program: 'socketscope' };
const elevated: Place = { kind: 'elevated' };

describe('why an engine elsewhere is not to be had', () => {
  it.each<[string, Place, number | null, string, boolean, RegExp, boolean]>([
    [
      'refused',
      server,
      255,
      'ops@server: Permission denied (publickey).\r\n',
      false,
      /did not let you in: .*publickey/,
      true,
    ],
    [
      'a strange key',
      server,
      255,
      'Host key verification failed.\n',
      false,
      /key of ops@server.*Run "ssh ops@server"/,
      true,
    ],
    [
      'a new key',
      server,
      255,
      '@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nbla\n',
      false,
      /another one than before/,
      true,
    ],
    [
      'no name',
      server,
      255,
      'ssh: Could not resolve hostname server: Name or service not known\n',
      false,
      /cannot be reached: .*resolve/,
      false,
    ],
    [
      'nobody',
      server,
      255,
      'ssh: connect to host server port 22: Connection refused\n',
      false,
      /cannot be reached: .*refused/,
      false,
    ],
    ['silence', server, 255, '', false, /^ops@server cannot be reached\.$/, false],
    [
      'not installed',
      server,
      127,
      'sh: 1: socketscope: not found\n',
      false,
      /not installed on ops@server.*"socketscope"/,
      true,
    ],
    [
      'an old one',
      server,
      2,
      'socketscope: There is no command "engine". There are: list\nTry: socketscope help\n',
      false,
      /too old/,
      true,
    ],
    [
      'a crash',
      server,
      1,
      'Segmentation fault\n',
      false,
      /could not be started on ops@server \(exit status 1\): Segmentation/,
      true,
    ],
    ['a signal', server, null, '', false, /could not be started/, false],
    [
      'lost',
      server,
      255,
      'Connection reset by peer\n',
      true,
      /connection to ops@server was lost: .*reset/,
      false,
    ],
    ['lost without a word', server, null, '', true, /^The connection to ops@server was lost\.$/, false],
    ['dismissed', elevated, 126, '', false, /said no/, true],
    [
      'no agent',
      elevated,
      127,
      'Error executing: No agent\n',
      false,
      /no agent to ask you: .*No agent/,
      true,
    ],
    [
      'a wrapper that fails',
      elevated,
      3,
      'socketscope-elevated: there is no user 77\n',
      false,
      /not be started: there is no user 77/,
      true,
    ],
    ['ended', elevated, 0, '', true, /more rights has ended/, true],
  ])('%s', (_name, place, code, stderr, greeted, message, final) => {
    const error = endingOf(place, { code, stderr, greeted });
    expect(error.message).toMatch(message);
    expect(error.final).toBe(final);
  });

  it('shows nothing of what the other side says that a terminal or a reader would obey', () => {
    const { message } = endingOf(server, {
      code: 255,
      stderr: `\u001b[2J\u202e${'x'.repeat(2000)}`,
      greeted: false,
    });
    expect(message).toMatch(/^ops@server cannot be reached: \?\[2J\?x+…$/);
    expect(message.length).toBeLessThan(400);
  });

  it('says what Windows said, and does not ask again by itself', () => {
    expect(declined()).toMatchObject({ message: expect.stringContaining('said no'), final: true });
    expect(notElevated('ERROR_X (5).\u001b')).toMatchObject({
      message: 'The engine with more rights could not be started: ERROR_X (5).?',
      final: true,
    });
    expect(notListening(Object.assign(new Error('listen'), { code: 'EADDRINUSE' }))).toMatchObject({
      message: expect.stringContaining('(EADDRINUSE)'),
      final: true,
    });
  });

  it('names both versions', () => {
    const greeting = { from: 'engine' as const, version: 3, program: '0.0.9\u001b' };
    expect(otherVersion(server, greeting, '0.1.0').message).toBe(
      `ops@server has SocketScope 0.0.9? (protocol 3), and this is 0.1.0 (protocol ${PROTOCOL_VERSION}). Install the same version on both.`,
    );
  });

  it('says where the log is of what may have been done: on this system, or the other one', () => {
    const linux = '~/.local/state/socketscope/actions.jsonl';
    expect(unanswered(server, 'Lost.', 'win32')).toContain(` on ops@server (${linux} unless`);
    expect(unanswered(elevated, 'Lost.', 'linux')).toContain(`in the log (${linux} unless`);
    expect(unanswered(elevated, 'Lost.', 'win32')).toBe(
      'Lost. Part of it may have been done: what was is in the log (%LOCALAPPDATA%\\SocketScope\\actions.jsonl unless another place is set there).',
    );
  });

  it('says what is missing here', () => {
    const missing = Object.assign(new Error('spawn ssh ENOENT'), { code: 'ENOENT' });
    expect(notStarted(server, 'ssh', missing).message).toBe(
      '"ssh" could not be started: there is no such program here. Install OpenSSH’s client.',
    );
    expect(noEngine(server, 'a line that is no JSON').message).toMatch(/login script/);
  });
});

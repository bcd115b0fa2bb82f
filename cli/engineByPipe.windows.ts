/**
 * More rights on Windows, as far as they can be had without UAC's question: ShellExecuteExW starts this very file as the command line
 * program, which comes back by a pipe of Windows', and serves. Under Wine "runas" asks nobody, and gives no other rights.
 */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { after, test } from 'node:test';
import { parseArgs } from 'node:util';
import { createEngine } from '../engine';
import { runAs } from '../native/windows/runAs';
import type { StartedProgram } from '../native/windows/runAs';
import { openDoor } from '../remote/pipeDoor';
import { newNonce, newPipeName, pipePath } from '../remote/pipeNames';
import { pipeWire } from '../remote/pipeWire';
import { startRemote } from '../remote/remoteEngine';
import type { RemoteEngine } from '../remote/remoteEngine';
import { PROTOCOL_VERSION } from '../shared/contract';
import type { EngineMessage, HostReply } from '../shared/contract';
import { engineWire, runEngine } from './engine';

const here = import.meta.filename;
const [, , command, ...rest] = process.argv;

if (command === 'engine') {
  const options = {
    stdio: { type: 'boolean' },
    pipe: { type: 'string' },
    nonce: { type: 'string' },
  } as const;
  void runEngine(createEngine('idle'), engineWire(parseArgs({ args: rest, options }).values));
} else {
  describeElevation();
}

function describeElevation(): void {
  const programs: StartedProgram[] = [];
  let remote: RemoteEngine | null = null;
  after(() => {
    remote?.close();
    for (const program of programs) {
      if (program.exitCode() === null) program.end();
      program.release();
    }
  });

  const start = async (...words: string[]): Promise<StartedProgram> => {
    const program = await runAs({ program: process.execPath, args: words });
    programs.push(program);
    return program;
  };
  const ending = async (started: StartedProgram): Promise<number | null> => {
    const until = performance.now() + 20_000;
    while (started.exitCode() === null && performance.now() < until)
      await new Promise((resolve) => setTimeout(resolve, 20));
    return started.exitCode();
  };

  test('a program started as administrator comes back by its pipe, serves, and ends when it is left', async () => {
    const place = { kind: 'elevated' } as const;
    let started: StartedProgram | null = null;
    let isReleased = false;
    const wire = pipeWire({
      start: async (args) => {
        const each = await start(here, ...args);
        started = each;
        // Kept open, for its exit status to be seen here.
        return {
          exitCode: () => each.exitCode(),
          end: () => each.end(),
          release: () => void (isReleased = true),
        };
      },
    });
    remote = await startRemote({ connect: wire, place });
    const heard: EngineMessage[] = [];
    let say: (message: unknown) => void = () => undefined;
    const snapshot = new Promise<void>((resolve) =>
      remote!.connectPage({
        send: (message) => {
          heard.push(message as EngineMessage);
          if (heard.at(-1)!.type === 'snapshot') resolve();
        },
        onMessage: (listener) => void (say = listener),
        onClose: () => undefined,
        close: () => undefined,
      }),
    );
    say({ type: 'hello', version: PROTOCOL_VERSION });
    await snapshot;
    assert.deepEqual(
      heard.map(({ type }) => type),
      ['welcome', 'snapshot'],
    );
    const reply = await new Promise<HostReply>((resolve) =>
      remote!.request(
        { request: 1, method: 'prepare', order: { action: 'reset', ids: ['demo-01'] } },
        resolve,
      ),
    );
    assert.ok('preparation' in reply);
    remote.close();
    assert.equal(await ending(started!), 0);
    const until = performance.now() + 5000;
    while (!isReleased && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 20));
    assert.ok(isReleased);
  });

  test('the engine ends where nobody waits for it at its pipe', async () => {
    const started = await start(here, 'engine', '--pipe', newPipeName(), '--nonce', newNonce());
    assert.notEqual(await ending(started), 0);
  });

  test('a pipe turns others away, and closes behind the one that shows the nonce', async () => {
    const path = pipePath(newPipeName());
    const nonce = newNonce();
    const refused: string[] = [];
    const admitted: Socket[] = [];
    const options = {
      path,
      nonce,
      admit: (socket: Socket) => void admitted.push(socket),
      refuse: (why: string) => void refused.push(why),
    };
    const door = await openDoor(options);
    const knock = (text: string): Promise<void> =>
      new Promise((resolve) => {
        const socket = connect(path).on('error', () => undefined);
        socket.resume().once('close', () => resolve());
        socket.write(text);
      });
    await knock(`${newNonce()}\n`);
    assert.deepEqual([refused.length, admitted.length], [1, 0]);
    void knock(`${nonce}\n`);
    while (admitted.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    door.close();
    // Nobody else comes in.
    await knock(`${nonce}\n`);
    assert.equal(admitted.length, 1);
    admitted[0]!.destroy();
  });
}

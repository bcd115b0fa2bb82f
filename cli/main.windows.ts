/** The command line as a program of its own, on the system that runs this: Windows, or Wine. It is this very file, started anew. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, test } from 'node:test';
import { WindowsSockets } from '../native/windows/fixtures/windowsSockets';
import type { SocketRow } from '../shared/socket';
import type { TimeWait } from '../shared/timeWait';
import type { Winsock } from '../shared/winsock';

const here = import.meta.filename;

if (process.argv[1] === here) await import('./main');
else describeProgram();

interface Ended {
  status: number;
  stdout: string;
  stderr: string;
}

function cli(...args: string[]): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const options = { maxBuffer: 64 * 1024 * 1024, timeout: 60_000 };
    execFile(process.execPath, [here, ...args], options, (error, stdout, stderr) => {
      if (error !== null && typeof error.code !== 'number') reject(error);
      else resolve({ status: (error?.code as number | undefined) ?? 0, stdout, stderr });
    });
  });
}

/** One sentence for each on standard error, and 4 where there is any. */
function assertProblems({ status, stderr }: Ended, problems: readonly string[]): void {
  assert.equal(status, problems.length === 0 ? 0 : 4);
  assert.equal(stderr, problems.map((problem) => `socketscope: ${problem}\n`).join(''));
}

function describeProgram(): void {
  const sockets = new WindowsSockets();
  after(() => sockets.close());

  test('list --json prints this process’s own listener, and ends with 0', async () => {
    const { port } = await sockets.connect('127.0.0.1');
    const { status, stdout, stderr } = await cli('list', '--json', `localport:${port}`, 'state:listen');
    assert.deepEqual([status, stderr], [0, '']);
    const [listener, ...more] = JSON.parse(stdout) as SocketRow[];
    assert.deepEqual([listener?.pid, listener?.localPort, more.length], [process.pid, port, 0]);
  });

  test('ports PORT --json names who has it, and says what could not be read', async () => {
    const { port } = await sockets.connect('127.0.0.1');
    const ended = await cli('ports', String(port), '--json');
    const told = JSON.parse(ended.stdout) as { sockets: SocketRow[]; problems: string[] };
    assert.ok(told.sockets.some(({ pid, state }) => pid === process.pid && state === 'LISTEN'));
    assertProblems(ended, told.problems);
  });

  test('winsock --json prints the catalogue, and ends with 4 where some of it could not be read', async () => {
    const ended = await cli('winsock', '--json');
    const { catalogues, problems } = JSON.parse(ended.stdout) as Winsock;
    assert.ok(catalogues.some(({ protocols }) => protocols.length >= 4));
    assertProblems(ended, problems);
  });

  test('time-wait --json tells of this computer', async () => {
    const { status, stdout, stderr } = await cli('time-wait', '--json');
    assert.deepEqual([status, stderr], [0, '']);
    assert.equal((JSON.parse(stdout) as TimeWait).system, 'windows');
  });

  test('what makes no sense is told, and ends with 2', async () => {
    for (const [args, sentence] of [
      [['ports', '65536'], 'ports takes a port from 1 to 65535, not "65536".'],
      // There is no terminal to ask at.
      [['time-wait', 'set', '60'], 'Nobody can be asked here: add --yes to change it all the same.'],
    ] as const) {
      const expected = { status: 2, stdout: '', stderr: `socketscope: ${sentence}\nTry: socketscope help\n` };
      assert.deepEqual(await cli(...args), expected);
    }
  });

  test('a socket that is not there is gone, and ends with 1', async () => {
    const { status, stderr } = await cli('show', 'none');
    assert.deepEqual([status, stderr], [1, 'socketscope: none is gone, or never was.\n']);
  });
}

/** A wire over the standard input and output of a program: pkexec, sudo, ssh. */
import { spawn } from 'node:child_process';
import type { CommandLine } from './commandLines';
import { notStarted } from './ends';
import type { Place } from './ends';
import type { Connect } from './wire';

/** Characters of standard error that are kept for the sentence that says why it ended. */
const KEPT_STDERR = 4096;
/** ms for the last words of a program that has ended: a master connection of ssh's may hold its pipes open for ever */
const LAST_WORDS_MS = 200;

export interface ChildOptions {
  /** This process's own unless given */
  env?: NodeJS.ProcessEnv;
  /** Gets what the program says on standard error, as it says it */
  stderr?: (piece: Buffer) => void;
}

export function childWire(
  { program, args }: CommandLine,
  place: Place,
  { env = process.env, stderr }: ChildOptions = {},
): Connect {
  return (events) => {
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], env, windowsHide: true });
    let said = '';
    child.stdout.on('data', (piece: Buffer) => events.data(piece));
    child.stderr.on('data', (piece: Buffer) => {
      said = (said + piece.toString('utf8')).slice(-KEPT_STDERR);
      stderr?.(piece);
    });
    child.stdin.on('error', () => undefined); // its end tells more
    child.on('error', (error) => events.end(notStarted(place, program, error)));
    child.on('exit', (code) => {
      const tell = (): void => events.end({ code, stderr: said });
      const timer = setTimeout(() => {
        tell();
        child.stdout.destroy();
        child.stderr.destroy();
      }, LAST_WORDS_MS);
      child.once('close', () => {
        clearTimeout(timer);
        tell();
      });
    });
    return {
      write: (line) => void child.stdin.write(line),
      // The only thing that reaches one that runs as another user, or on another machine.
      hangUp: () => void child.stdin.end(),
      kill: () => void child.kill(),
    };
  };
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newNonce, newPipeName, pipePath } from '../remote/pipeNames';
import { engineWire } from './engine';

describe('engine', () => {
  const name = newPipeName();
  const nonce = newNonce();

  it('serves on its standard input and output, or on the pipe that it is told of', () => {
    expect(engineWire({ stdio: true }, 'win32')).toEqual({ kind: 'stdio' });
    expect(engineWire({ pipe: name, nonce }, 'win32')).toEqual({ kind: 'pipe', name, nonce });
  });

  it.each([
    {},
    { pipe: name },
    { nonce },
    { stdio: true, nonce },
    { stdio: true, pipe: name, nonce },
    { pipe: true, nonce: true },
  ])('does not guess what %j means', (flags) => {
    expect(() => engineWire(flags, 'win32')).toThrow('engine is for other programs');
  });

  it('has pipes on Windows only', () => {
    expect(() => engineWire({ pipe: name, nonce }, 'linux')).toThrow('for Windows');
  });

  it.each([
    '\\\\server\\pipe\\socketscope-00000000000000000000000000000000',
    `\\\\.\\pipe\\${name}`,
    `${name}\\..\\x`,
    `..\\${name}`,
    `${name}0`,
    `${name}\n`,
    name.toUpperCase(),
    'socketscope-',
    '',
  ])('connects to no pipe %j, whoever says so', (pipe) => {
    expect(() => engineWire({ pipe, nonce }, 'win32')).toThrow('--pipe takes the name');
  });

  it('connects to this machine’s pipes only', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^socketscope-[0-9a-fA-F]{30,34}.?$/)), (pipe) => {
        let wire;
        try {
          wire = engineWire({ pipe, nonce }, 'win32');
        } catch {
          return;
        }
        expect(wire.kind === 'pipe' && pipePath(wire.name)).toMatch(
          /^\\\\\.\\pipe\\socketscope-[0-9a-f]{32}$/,
        );
      }),
    );
  });

  it.each(['', 'x'.repeat(64), nonce.slice(1), `${nonce}\n`])('shows no nonce such as %j', (shown) => {
    expect(() => engineWire({ pipe: name, nonce: shown }, 'win32')).toThrow('--nonce takes');
  });
});

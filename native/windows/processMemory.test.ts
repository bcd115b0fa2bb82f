import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseEnvironment } from './processMemory';

const block = (...entries: string[]): Uint8Array => Buffer.from([...entries, '', ''].join('\0'), 'utf16le');

describe('an environment block', () => {
  it('has the variables asked for, in any case, under the names asked for', () => {
    const bytes = block('=C:=C:\\x', 'Path=C:\\bin', 'SessionName=RDP-Tcp#3', 'EMPTY=', 'A=b=c', 'no sign');
    expect(parseEnvironment(bytes, ['SESSIONNAME', 'EMPTY', 'a', 'no sign', 'SSH_CONNECTION'])).toEqual({
      ...{ SESSIONNAME: 'RDP-Tcp#3', EMPTY: '', a: 'b=c' },
    });
    expect(parseEnvironment(bytes, ['__proto__'])).toEqual({});
  });

  it('ends at its first empty entry: what lies behind is left over', () => {
    expect(parseEnvironment(block('A=1', '', 'B=2'), ['A', 'B'])).toEqual({ A: '1' });
    expect(parseEnvironment(block('A=1', 'A=2'), ['A'])).toEqual({ A: '1' });
  });

  it('may be cut off anywhere, and be of any bytes', () => {
    const whole = block('A=1', 'B=22');
    expect(parseEnvironment(whole.subarray(0, 13), ['A', 'B'])).toEqual({ A: '1', B: '' });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        const found = parseEnvironment(bytes, ['A', 'PATH']);
        expect(['A', 'PATH']).toEqual(expect.arrayContaining(Object.keys(found)));
      }),
    );
    fc.assert(
      fc.property(
        fc.dictionary(fc.stringMatching(/^[A-Z_]{1,8}$/), fc.string({ unit: 'binary' })),
        (variables) => {
          const clean = Object.fromEntries(
            Object.entries(variables).map(([name, value]) => [name, value.replaceAll('\0', '')]),
          );
          const bytes = block(...Object.entries(clean).map(([name, value]) => `${name}=${value}`));
          expect(parseEnvironment(bytes, Object.keys(clean))).toEqual(clean);
        },
      ),
    );
  });
});

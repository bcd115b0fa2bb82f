import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeEntry, PROCESS_ENTRY } from './processTable';

describe('an entry of a snapshot', () => {
  it('has PID, parent and name', () => {
    const bytes = Buffer.alloc(PROCESS_ENTRY.size, 0xcd);
    bytes.writeUInt32LE(0xfffffffc, PROCESS_ENTRY.pid);
    bytes.writeUInt32LE(1234, PROCESS_ENTRY.parentPid);
    bytes.write('服务 x.exe\0', PROCESS_ENTRY.name, 'utf16le');
    expect(decodeEntry(bytes)).toEqual({ pid: 0xfffffffc, parentPid: 1234, name: '服务 x.exe' });
  });

  it('of any bytes has a name that ends where its field does', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: PROCESS_ENTRY.size, maxLength: PROCESS_ENTRY.size }),
        (bytes) => {
          expect(decodeEntry(bytes).name.length).toBeLessThanOrEqual(260);
        },
      ),
    );
    expect(decodeEntry(new Uint8Array(PROCESS_ENTRY.size).fill(0x41)).name).toHaveLength(260);
  });
});

/** The error that a call leaves, on the system that this runs on: Windows, or Wine. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Libraries } from './libraries';

test('the first error of all is told as the call left it', () => {
  const bound: string[] = [];
  class Watched extends Libraries {
    // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- as what it overrides
    override optional<Call>(library: Parameters<Libraries['optional']>[0], prototype: string): Call | null {
      bound.push(prototype);
      return super.optional<Call>(library, prototype);
    }
  }
  const libraries = new Watched();
  const open = libraries.required<(access: number, inherit: number, pid: number) => number>(
    'kernel32',
    'intptr_t OpenProcess(uint32, int32, uint32)',
  );
  // Whatever looking it up would change: it has been looked up by now.
  assert.ok(bound.includes('uint32 GetLastError()'));
  assert.equal(open(0x1000, 0, 0xffff_fff0), 0);
  assert.equal(libraries.lastError(), 87);
});

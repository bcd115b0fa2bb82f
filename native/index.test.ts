import { describe, expect, it } from 'vitest';
import { FakeBackend } from './fake/fakeBackend';
import { SCENARIOS } from './fake/scenarios';
import { createBackend, createCatalogue, UnsupportedError } from './index';
import { LinuxBackend } from './linux/linuxBackend';
import { WindowsCatalogue } from './windows/windowsCatalogue';

describe('createBackend', () => {
  it('reads Linux on Linux', () => {
    const backend = createBackend(null, 'linux');
    expect(backend).toBeInstanceOf(LinuxBackend);
    expect(backend).toMatchObject({ name: 'Linux', demo: false });
    backend.dispose();
  });

  it.each(SCENARIOS.filter((name) => name !== 'large'))(
    'plays the demonstration "%s" on any platform',
    (name) => {
      for (const platform of ['linux', 'win32', 'darwin'] as const) {
        const backend = createBackend(name, platform);
        expect(backend).toBeInstanceOf(FakeBackend);
        expect(backend.demo).toBe(true);
      }
    },
  );

  it.each(['darwin', 'freebsd'] as const)('says what to do on %s', (platform) => {
    const create = (): unknown => createBackend(null, platform);
    expect(create).toThrow(UnsupportedError);
    expect(create).toThrow(`this is ${platform}`);
    expect(create).toThrow('Try --demo churn');
    // What it recommends works there.
    expect(createBackend('churn', platform).demo).toBe(true);
  });

  it.each(['', 'nothing', 'Churn', '__proto__'])(
    'lists the demonstrations where there is none named "%s"',
    (name) => {
      const create = (): unknown => createBackend(name, 'linux');
      expect(create).toThrow(UnsupportedError);
      expect(create).toThrow(`There is no demonstration "${name}". There are: ${SCENARIOS.join(', ')}.`);
    },
  );
});

describe('createCatalogue', () => {
  it('is of the platform, and of no other', () => {
    expect(createCatalogue('linux').timeWait()).toMatchObject({ system: 'linux' });
    expect(createCatalogue('win32')).toBeInstanceOf(WindowsCatalogue);
    expect(() => createCatalogue('darwin')).toThrow('this is darwin');
  });
});

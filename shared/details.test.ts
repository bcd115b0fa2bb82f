import { expect, it } from 'vitest';
import { holderGroup } from './details';
import type { HolderDetails } from './details';
import { SVCHOST } from './fixtures/rows';

const HOLDER: HolderDetails = {
  ...{ pid: 812, startKey: '1', startedAt: 5, name: 'svchost.exe', path: null, unit: 'Dnscache' },
  ...{ container: null, parentPid: 700, parentName: 'services.exe', user: 'NT AUTHORITY\\NETWORK SERVICE' },
  ...{ uid: null, descriptors: [] },
};

it('tells of a holder’s program what the system says, and nothing where it says nothing', () => {
  const factsOf = (holder: HolderDetails): Record<string, unknown> =>
    Object.fromEntries(holderGroup(holder, 1, 1).facts.map(({ name, value }) => [name, value]));
  const { version, ...rest } = SVCHOST;
  expect(factsOf({ ...HOLDER, program: SVCHOST })).toEqual({
    ...factsOf(HOLDER),
    ...rest,
    fileVersion: version,
  });
  expect(Object.keys(factsOf(HOLDER))).toEqual(['name', 'pid', 'user', 'parentPid', 'unit', 'startedAt']);
  const bare = { ...SVCHOST, company: null, product: null, description: null, version: null, bits: null };
  expect(Object.keys(factsOf({ ...HOLDER, program: bare }))).toContain('session');
  const unitOf = (unit: string): string | undefined =>
    holderGroup({ ...HOLDER, unit }, 1, 1).facts.find(({ name }) => name === 'unit')?.title;
  expect([unitOf('Dnscache'), unitOf('nginx.service')]).toEqual(['Service', 'Unit']);
  expect(factsOf({ ...HOLDER, program: bare })).not.toHaveProperty('company');
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { namespaceMounts, netnsName } from './namespaceMounts';

const BEFORE = '22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw';
const line = (root: string, point: string): string =>
  `510 509 0:4 ${root} ${point} rw shared:5 - nsfs nsfs rw`;

describe('namespaceMounts', () => {
  it('finds network namespaces among all mounts', () => {
    const text = [
      BEFORE,
      line('net:[4026532281]', '/run/netns/blue'),
      line('mnt:[4026532282]', '/run/snapd/ns/lxd.mnt'),
      line('net:[4026532283]', '/run/docker/netns/3f2a8c1d'),
      '',
    ].join('\n');
    expect(namespaceMounts(text)).toEqual([
      { namespace: 4026532281, file: '/run/netns/blue' },
      { namespace: 4026532283, file: '/run/docker/netns/3f2a8c1d' },
    ]);
  });

  it('is not misled by a mount point that looks like one', () => {
    const text = `${BEFORE}\n22 1 254:0 / /tmp/1\\0402\\0400:4\\040net:[5]\\040/x rw - ext4 /dev/vda rw\n`;
    expect(namespaceMounts(text)).toEqual([]);
  });

  it('gives back any path that the kernel can write', () => {
    const point = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !text.includes('\0'));
    fc.assert(
      fc.property(point, fc.integer({ min: 1, max: 0xffffffff }), (name, namespace) => {
        const file = `/run/netns/${name}`;
        const escaped = file.replace(
          /[ \t\n\\]/g,
          (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`,
        );
        const text = `${BEFORE}\n${line(`net:[${namespace}]`, escaped)}\n${BEFORE}\n`;
        expect(namespaceMounts(text)).toEqual([{ namespace, file }]);
      }),
    );
  });

  it('reads any text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void namespaceMounts(text)));
  });
});

describe('netnsName', () => {
  it.each([
    ['/run/netns/blue', 'blue'],
    ['/var/run/netns/blue one', 'blue one'],
    ['/run/docker/netns/3f2a8c1d', null],
    ['/run/netns', null],
    ['/run/netns/a/b', null],
  ])('of %s is %s', (file, name) => {
    expect(netnsName(file)).toBe(name);
  });
});

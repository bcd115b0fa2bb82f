import { describe, expect, it } from 'vitest';
import { ownerless, socketRow } from '../../shared/fixtures/rows';
import { ownerGlyph } from './ownerGlyph';

describe('ownerGlyph', () => {
  it('tells kinds of owners apart', () => {
    const kind = (unit: string | null, container: string | null = null) =>
      ownerGlyph(socketRow({ unit, container })).kind;
    expect(kind('nginx.service')).toBe('service');
    expect(kind('docker.service', 'docker 4f5e6d7c8b9a')).toBe('container');
    expect([kind(null), kind('session-3.scope'), kind('user@1000.service')]).toEqual([
      ...['program', 'program', 'program'],
    ]);
    expect(ownerGlyph(ownerless())).toEqual({ kind: 'nobody', letter: '', hue: null });
  });

  it('gives a name the same sign wherever it is, and its first letter or digit', () => {
    const sign = (processName: string) => ownerGlyph(socketRow({ processName, pid: processName.length }));
    expect(sign('nginx')).toEqual({ ...sign('nginx'), letter: 'N' });
    expect(['(sd-pam)', '_7zip', 'école', '😀'].map((name) => sign(name).letter)).toEqual([
      'S',
      '7',
      'É',
      '',
    ]);
    const names = Array.from({ length: 200 }, (_, i) => `program${i}`);
    expect(new Set(names.map((name) => sign(name).hue)).size).toBe(12);
  });
});

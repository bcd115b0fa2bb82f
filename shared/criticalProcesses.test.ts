import { describe, expect, it } from 'vitest';
import { cautionOfName } from './criticalProcesses';

describe('cautionOfName', () => {
  it.each([
    ...['systemd-journald', 'dbus-daemon', 'systemd-logind', 'NetworkManager'],
    ...['csrss.exe', 'lsass.exe', 'wininit.exe', 'services.exe', 'smss.exe', 'winlogon.exe', 'System'],
    ...['CSRSS.EXE', 'svchost.exe'],
  ])('%s is part of the system', (name) => {
    expect(cautionOfName(name, 300)).toBe('critical');
  });

  it.each([
    ...[
      'gnome-shell',
      'plasmashell',
      'kwin_wayland',
      'kwin_x11',
      'Xorg',
      'Xwayland',
      'sway',
      'xfce4-session',
    ],
    ...['explorer.exe', 'dwm.exe', 'systemd'],
  ])('%s is the desktop', (name) => {
    expect(cautionOfName(name, 300)).toBe('desktop');
  });

  it.each(['nginx', 'sshd', 'node', '', 'csrss.exe.bak', 'my-gnome-shell', '__proto__', 'constructor'])(
    'there is nothing to say of %j',
    (name) => {
      expect(cautionOfName(name, 300)).toBeNull();
    },
  );

  it('leaves the first process to who knows its number', () => {
    expect(cautionOfName('systemd', 1)).toBeNull();
  });
});

/** Processes by whose end a person loses more than a program. Names are as the system shows them, in lower case. */
import type { Caution } from './orders';

/** The system does not survive their end, or not without a restart. */
const CRITICAL: ReadonlySet<string> = new Set([
  // Linux
  ...['systemd-journald', 'systemd-logind', 'systemd-udevd', 'systemd-networkd', 'systemd-resolved'],
  ...['dbus-daemon', 'dbus-broker', 'dbus-broker-launch', 'networkmanager', 'wpa_supplicant', 'dhclient'],
  ...['polkitd', 'udevd', 'elogind', 'seatd', 'iscsid', 'multipathd', 'mdadm', 'lvmetad', 'dmeventd'],
  ...['containerd', 'dockerd', 'init', 'openrc-init', 'runit', 's6-svscan'],
  // Windows: the end of the first ones is a blue screen or a forced restart.
  ...['system', 'registry', 'smss.exe', 'csrss.exe', 'wininit.exe', 'services.exe', 'lsass.exe'],
  ...['lsaiso.exe', 'winlogon.exe', 'svchost.exe', 'fontdrvhost.exe'],
]);

/** The user's graphical session ends with them. */
const DESKTOP: ReadonlySet<string> = new Set([
  // Linux
  ...['gnome-shell', 'gnome-session-binary', 'gnome-session-b', 'mutter', 'plasmashell', 'ksmserver'],
  ...[
    'kwin_x11',
    'kwin_wayland',
    'startplasma-wayland',
    'startplasma-x11',
    'plasma_session',
    'xfce4-session',
  ],
  ...[
    'xfwm4',
    'cinnamon',
    'cinnamon-session',
    'mate-session',
    'marco',
    'lxqt-session',
    'lxsession',
    'openbox',
  ],
  ...[
    'xorg',
    'xwayland',
    'sway',
    'hyprland',
    'weston',
    'labwc',
    'i3',
    'wayfire',
    'cosmic-comp',
    'cosmic-session',
  ],
  ...[
    'gdm',
    'gdm3',
    'gdm-session-worker',
    'gdm-wayland-session',
    'gdm-x-session',
    'sddm',
    'sddm-helper',
    'lightdm',
  ],
  ...['xrdp-sesman', 'xrdp', 'xvnc'],
  // Windows
  ...['explorer.exe', 'dwm.exe', 'sihost.exe', 'rdpclip.exe'],
]);

/**
 * What to think of before a process with this name is ended; null where there is nothing. A name is only a hint: whoever
 * writes a program chooses it.
 */
export function cautionOfName(name: string, pid: number): Extract<Caution, 'critical' | 'desktop'> | null {
  const known = name.toLowerCase();
  // `systemd --user`: of PID 1 there is more to say.
  if (known === 'systemd' && pid !== 1) return 'desktop';
  if (CRITICAL.has(known)) return 'critical';
  return DESKTOP.has(known) ? 'desktop' : null;
}

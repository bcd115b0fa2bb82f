import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCgroups, unifiedPath } from './cgroups';

const ID = '4f5e6d7c8b9a0123456789abcdef0123456789abcdef0123456789abcdef0123';
const OTHER = '00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff';
const SHORT = '4f5e6d7c8b9a';

describe('parseCgroups', () => {
  it.each<[what: string, path: string, unit: string | null, container: string | null]>([
    ['a system service', '/system.slice/nginx.service', 'nginx.service', null],
    ['a template', '/system.slice/system-getty.slice/getty@tty1.service', 'getty@tty1.service', null],
    ['a group below a service', '/system.slice/foo.service/workers/3', 'foo.service', null],
    ['a session', '/user.slice/user-1000.slice/session-3.scope', 'session-3.scope', null],
    [
      'a desktop application',
      String.raw`/user.slice/user-1000.slice/user@1000.service/app.slice/app-gnome-org.x\x2dterm-77.scope`,
      'app-gnome-org.x-term-77.scope',
      null,
    ],
    [
      'a user service',
      '/user.slice/user-1000.slice/user@1000.service/session.slice/pipewire.service',
      'pipewire.service',
      null,
    ],
    [
      'the user’s systemd',
      '/user.slice/user-1000.slice/user@1000.service/init.scope',
      'user@1000.service',
      null,
    ],
    ['PID 1', '/init.scope', 'init.scope', null],
    ['an escaped mount', String.raw`/system.slice/srv-a\x20b.mount`, 'srv-a b.mount', null],
    ['an escaped letter', String.raw`/system.slice/caf\xc3\xa9.service`, 'café.service', null],
    [
      'escaped bytes that are no text',
      String.raw`/system.slice/x\xff.service`,
      String.raw`x\xff.service`,
      null,
    ],
    ['a name with systemd’s underscore', '/system.slice/_cgroup.x.service', 'cgroup.x.service', null],
    ['nothing', '/', null, null],
    ['a slice alone', '/system.slice', null, null],
    ['a namespace seen from outside', '/../../system.slice/a.service', 'a.service', null],
    ['a group that has gone', '/system.slice/a.service (deleted)', 'a.service', null],
    ['Docker with cgroupfs', `/docker/${ID}`, null, `docker ${SHORT}`],
    ['Docker with systemd', `/system.slice/docker-${ID}.scope`, `docker-${ID}.scope`, `docker ${SHORT}`],
    [
      'systemd within Docker',
      `/system.slice/docker-${ID}.scope/system.slice/cron.service`,
      'cron.service',
      `docker ${SHORT}`,
    ],
    ['Docker within Docker', `/docker/${OTHER}/docker/${ID}`, null, `docker ${SHORT}`],
    ['Podman', `/machine.slice/libpod-${ID}.scope/container`, `libpod-${ID}.scope`, `podman ${SHORT}`],
    [
      'rootless Podman',
      `/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-${ID}.scope/container`,
      `libpod-${ID}.scope`,
      `podman ${SHORT}`,
    ],
    ['Podman with cgroupfs', `/libpod_parent/libpod-${ID}`, null, `podman ${SHORT}`],
    ['a Podman unit', `/system.slice/web.service/libpod-payload-${ID}`, 'web.service', `podman ${SHORT}`],
    [
      'Podman’s monitor, which is outside',
      `/machine.slice/libpod-conmon-${ID}.scope`,
      `libpod-conmon-${ID}.scope`,
      null,
    ],
    [
      'containerd under Kubernetes',
      `/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod12ab.slice/cri-containerd-${ID}.scope`,
      `cri-containerd-${ID}.scope`,
      `containerd ${SHORT}`,
    ],
    [
      'containerd’s own notation',
      `/system.slice/containerd.service/kubepods-besteffort-pod1.slice:cri-containerd:${ID}`,
      'containerd.service',
      `containerd ${SHORT}`,
    ],
    [
      'CRI-O',
      `/kubepods.slice/kubepods-pod12ab.slice/crio-${ID}.scope/container`,
      `crio-${ID}.scope`,
      `cri-o ${SHORT}`,
    ],
    ['CRI-O’s monitor', `/kubepods.slice/crio-conmon-${ID}.scope`, `crio-conmon-${ID}.scope`, null],
    ['Kubernetes with cgroupfs', `/kubepods/burstable/pod12ab/${ID}`, null, `kubernetes ${SHORT}`],
    ['nerdctl', `/system.slice/nerdctl-${ID}.scope`, `nerdctl-${ID}.scope`, `containerd ${SHORT}`],
    ['ECS', `/ecs/0aa58eef-task/${ID}`, null, `ecs ${SHORT}`],
    ['LXC', '/lxc.payload.web/system.slice/ssh.service', 'ssh.service', 'lxc web'],
    ['older LXC', '/lxc/web/init.scope', 'init.scope', 'lxc web'],
    ['LXC’s monitor, which is outside', '/lxc.monitor.web', null, null],
    [
      'nspawn',
      '/machine.slice/systemd-nspawn@deb.service/payload/system.slice/cron.service',
      'cron.service',
      'nspawn deb',
    ],
    [
      'nspawn’s supervisor, which is outside',
      '/machine.slice/systemd-nspawn@deb.service/supervisor',
      'systemd-nspawn@deb.service',
      null,
    ],
    [
      'machined',
      String.raw`/machine.slice/machine-my\x2dbox.scope`,
      'machine-my-box.scope',
      'machine my-box',
    ],
    [
      'a virtual machine, which is no container',
      String.raw`/machine.slice/machine-qemu\x2d1\x2dvm.scope/libvirt/emulator`,
      'machine-qemu-1-vm.scope',
      null,
    ],
    ['an id without a runtime', `/jobs/${ID}`, null, null],
    ['an id that is too short', '/docker/4f5e6d7c8b9a', null, null],
  ])('knows %s', (_, path, unit, container) => {
    expect(parseCgroups(`0::${path}\n`)).toEqual({ unit, container });
  });

  it('reads v1 and hybrid files: systemd’s hierarchy for the unit, any for the container', () => {
    const hybrid = `12:memory:/docker/${ID}\n1:name=systemd:/system.slice/docker.service\n0::/\n`;
    expect(parseCgroups(hybrid)).toEqual({ unit: 'docker.service', container: `docker ${SHORT}` });
    const v1 = '11:cpu,cpuacct:/user.slice\n1:name=systemd:/user.slice/user-0.slice/session-1.scope\n';
    expect(parseCgroups(v1)).toEqual({ unit: 'session-1.scope', container: null });
    expect(unifiedPath(hybrid)).toBe('/');
    expect(unifiedPath(v1)).toBeNull();
    const both = '1:name=systemd:/system.slice/old.service\n0::/system.slice/new.service\n';
    expect(parseCgroups(both).unit).toBe('new.service');
  });

  it('keeps colons that are part of the path', () => {
    expect(unifiedPath('0::/a:b/c::d\n')).toBe('/a:b/c::d');
  });

  const part = fc.stringMatching(/^[A-Za-z0-9_.@-]{1,30}$/).filter((text) => !/^\.+$/.test(text));

  it('finds the unit wherever it sits, whatever surrounds it', () => {
    const name = fc.stringMatching(/^[A-Za-z0-9-]{1,20}\.service$/);
    const above = fc.array(fc.stringMatching(/^[a-z]{1,9}\.slice$/), { maxLength: 4 });
    const below = fc.array(fc.stringMatching(/^[a-z]{1,9}$/), { maxLength: 3 });
    fc.assert(
      fc.property(above, name, below, (slices, unit, rest) => {
        const path = ['', ...slices, unit, ...rest].join('/');
        expect(parseCgroups(`0::${path}\n`).unit).toBe(unit);
      }),
    );
  });

  it('names no container that is not in the path, and never throws', () => {
    fc.assert(
      fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
        const { unit, container } = parseCgroups(`0::/${parts.join('/')}\n`);
        if (unit !== null) expect(parts.join('/')).toContain(unit);
        if (container !== null) expect(parts.join('/')).toContain(container.split(' ')[1]);
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const { unit, container } = parseCgroups(text);
        for (const found of [unit, container]) expect(found === null || found !== '').toBe(true);
      }),
    );
  });
});

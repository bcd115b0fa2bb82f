import { describe, expect, it } from 'vitest';
import { engineArguments } from './engineArguments';
import type { EngineSetup } from './engineArguments';

const setup: EngineSetup = {
  demo: null,
  platform: 'linux',
  packaged: true,
  resources: '/opt/SocketScope/resources',
  root: '/home/anna/socketscope',
  env: {},
};

describe('engineArguments', () => {
  it('names the installed program, and nothing that anybody could put in its place', () => {
    expect(engineArguments({ ...setup, env: { npm_node_execpath: '/tmp/node', PATH: '/tmp' } })).toEqual([
      '--wrapper=/opt/SocketScope/resources/bin/socketscope-elevated',
    ]);
  });

  it('names Node and the built program in a checkout', () => {
    const env = { npm_node_execpath: '/usr/bin/node' };
    expect(engineArguments({ ...setup, packaged: false, env })).toEqual([
      '--wrapper=/home/anna/socketscope/packaging/linux/socketscope-elevated',
      '--program=["/usr/bin/node","/home/anna/socketscope/dist/cli/main.js"]',
    ]);
    expect(engineArguments({ ...setup, packaged: false })[1]).toContain('["node",');
  });

  it.each([true, false])('offers no more rights in a demonstration (packaged: %s)', (packaged) => {
    expect(engineArguments({ ...setup, packaged, demo: 'idle' })).toEqual(['--demo=idle']);
  });

  describe('on Windows', () => {
    const windows: EngineSetup = {
      ...{ ...setup, platform: 'win32', resources: 'C:\\Program Files\\SocketScope\\resources' },
      root: 'C:\\Users\\anna\\socketscope',
    };

    it('names the installed program, and nothing that anybody could put in its place', () => {
      expect(engineArguments({ ...windows, env: { npm_node_execpath: 'C:\\tmp\\node.exe' } })).toEqual([
        '--run-as=C:\\Program Files\\SocketScope\\resources\\bin\\socketscope.exe',
      ]);
    });

    it('names Node and the built program in a checkout', () => {
      const checkout = { ...windows, packaged: false };
      const script = '--script=C:\\Users\\anna\\socketscope\\dist\\cli\\main.js';
      expect(engineArguments({ ...checkout, env: { npm_node_execpath: 'D:\\node.exe' } })).toEqual([
        '--run-as=D:\\node.exe',
        script,
      ]);
      expect(engineArguments(checkout)).toEqual(['--run-as=node.exe', script]);
    });
  });

  it('has nothing to offer on other systems', () => {
    expect(engineArguments({ ...setup, platform: 'darwin' })).toEqual([]);
  });
});

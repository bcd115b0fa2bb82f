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

  it('has nothing to offer on other systems yet', () => {
    expect(engineArguments({ ...setup, platform: 'win32' })).toEqual([]);
  });
});

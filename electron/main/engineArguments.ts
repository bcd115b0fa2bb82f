/** What the engine's process is told on its command line. */
import { posix, win32 } from 'node:path';

export interface EngineSetup {
  demo: string | null;
  platform: NodeJS.Platform;
  packaged: boolean;
  /** Electron's process.resourcesPath */
  resources: string;
  /** Where the checkout lies, where this is one */
  root: string;
  env: Readonly<Record<string, string | undefined>>;
}

/**
 * How the engine's process can start an engine with more rights: packaged, by the program that lies among the resources;
 * in a checkout, by Node.
 */
export function engineArguments({ demo, platform, packaged, resources, root, env }: EngineSetup): string[] {
  // What is invented knows no rights, and nothing leads from it to real sockets.
  if (demo !== null) return [`--demo=${demo}`];
  switch (platform) {
    case 'linux': {
      if (packaged) return [`--wrapper=${posix.join(resources, 'bin', 'socketscope-elevated')}`];
      const program = [env['npm_node_execpath'] ?? 'node', posix.join(root, 'dist', 'cli', 'main.js')];
      return [
        `--wrapper=${posix.join(root, 'packaging', 'linux', 'socketscope-elevated')}`,
        `--program=${JSON.stringify(program)}`,
      ];
    }
    case 'win32': {
      if (packaged) return [`--run-as=${win32.join(resources, 'bin', 'socketscope.exe')}`];
      return [
        `--run-as=${env['npm_node_execpath'] ?? 'node.exe'}`,
        `--script=${win32.join(root, 'dist', 'cli', 'main.js')}`,
      ];
    }
    default:
      return [];
  }
}

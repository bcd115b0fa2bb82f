import { pathToFileURL } from 'node:url';
import { runTests, runWindowsTests } from './checks.mjs';
import { Failure, inRoot } from './common.mjs';
import { buildNow, installIfStale, prepare } from './prepare.mjs';
import { endEverythingOnSignals } from './processes.mjs';
import { start } from './start.mjs';

const usage = `Usage: node scripts/run.mjs <command>

  start [--browser | --electron] [options]   open SocketScope; the options go to the program
  test [--only=format,types,lint,unit,windows,e2e]
                                             run every check and test
  windows [files]                            run the tests of the Windows backend, on Windows or by the program
                                             named in SOCKETSCOPE_WINDOWS_NODE
  build                                      build everything into dist/
  cli <arguments>                            run the command line program
  bench sockets | grid | netlink | churn | actions [options]
                                             measure, or try to break, what reads, shows or closes the sockets

Each installs and builds what is missing first.`;

export async function main([command, ...args]) {
  const endListening = endEverythingOnSignals();
  try {
    switch (command) {
      case 'start':
        process.exitCode = await start(args);
        break;
      case 'test':
        process.exitCode = await runTests(args);
        break;
      case 'windows':
        process.exitCode = await runWindowsTests(args);
        break;
      case 'build':
        await buildNow();
        break;
      case 'cli':
        // Standard output belongs to the program, whatever had to be prepared first.
        await prepare({ output: process.stderr });
        endListening();
        await runCli(args);
        break;
      case 'bench':
        await installIfStale(process.stdout);
        process.exitCode = await (await import('./bench.mjs')).bench(args);
        break;
      case 'help':
      case '--help':
      case '-h':
        console.log(usage);
        break;
      default:
        console.error(`${command ? `Unknown command "${command}".` : 'No command given.'}\n\n${usage}`);
        process.exitCode = 2;
    }
  } catch (error) {
    console.error(error instanceof Failure ? error.message : `Unexpected: ${error.message}`);
    process.exitCode = 1;
  }
}

/** The program runs in this very process, so that terminal, signals and exit code are its own. */
async function runCli(args) {
  const program = inRoot('dist/cli/main.js');
  process.argv = [process.execPath, program, ...args];
  await import(pathToFileURL(program).href);
}

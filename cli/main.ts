import { parseArgs } from 'node:util';
import { createEngine } from '../engine';
import type { Engine } from '../engine';
import type { Services } from '../shared/services';
import { close, localActor } from './close';
import type { Actor } from './close';
import { runEngine } from './engine';
import { parseFilter, protectNegations } from './filter';
import { list, listText } from './list';
import { READING_FLAGS, readingOf } from './reading';
import { readRemote, REMOTE_FLAGS, RemoteActor, withRemote } from './remote';
import { serve } from './serve';
import { show } from './show';
import { USAGE, UsageError } from './usage';

/** From package.json, put in by the build (vite.config.ts). */
declare const __APP_VERSION__: string;

const OPTIONS = {
  list: {
    json: 'boolean',
    csv: 'boolean',
    'show-command-lines': 'boolean',
    ...READING_FLAGS,
    ...REMOTE_FLAGS,
    demo: 'string',
  },
  show: { json: 'boolean', demo: 'string' },
  close: { gracefully: 'boolean', ...REMOTE_FLAGS, demo: 'string' },
  engine: { stdio: 'boolean', demo: 'string' },
  serve: {
    port: 'string',
    'token-file': 'string',
    'allow-actions': 'boolean',
    open: 'boolean',
    demo: 'string',
  },
} as const;
type Command = keyof typeof OPTIONS;

interface Arguments {
  flags: Record<string, string | boolean | undefined>;
  words: string[];
}

function parseCommand(command: Command, args: string[]): Arguments {
  const options = Object.fromEntries(
    Object.entries(OPTIONS[command]).map(([name, type]) => [name, { type }]),
  );
  try {
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
    if (values['remote-program'] !== undefined && values['host'] === undefined)
      throw new Error('--remote-program is for --host.');
    return { flags: values, words: positionals };
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

async function withEngine<Result>(
  flags: Arguments['flags'],
  use: (engine: Engine) => Result | Promise<Result>,
): Promise<Result> {
  const engine = createEngine((flags['demo'] as string | undefined) ?? null);
  try {
    return await use(engine);
  } finally {
    engine.dispose();
  }
}

async function run(args: string[]): Promise<number> {
  const [command, ...rest] = args;
  switch (command) {
    case 'list': {
      const { flags, words } = parseCommand('list', protectNegations(rest));
      if (flags['json'] && flags['csv']) throw new UsageError('Choose one of --json and --csv.');
      const format = flags['json'] ? 'json' : flags['csv'] ? 'csv' : 'text';
      const showCommandLines = flags['show-command-lines'] === true;
      const reading = readingOf(flags);
      let services: Services = {};
      const filter = parseFilter(words, () => services);
      const options = { format, showCommandLines, reading, filter } as const;
      const complain = (problems: readonly { message: string }[]): number => {
        for (const { message } of problems) process.stderr.write(`socketscope: ${message}\n`);
        return problems.length === 0 ? 0 : 4; // what was printed is not all there is
      };
      if (flags['host'] !== undefined) {
        const there = await withRemote(flags, (remote) =>
          readRemote(remote, { ...reading, commandLines: showCommandLines }),
        );
        ({ services } = there);
        process.stdout.write(listText(there.rows, options));
        return complain(there.problems);
      }
      return withEngine(flags, (engine) => {
        ({ services } = engine);
        process.stdout.write(list(engine, options));
        return complain(engine.tableProblems);
      });
    }
    case 'show': {
      const { flags, words } = parseCommand('show', rest);
      const [id, ...more] = words;
      if (id === undefined || more.length > 0)
        throw new UsageError('show needs the id of one socket (see: list --json).');
      const output = await withEngine(flags, (engine) => show(engine, id, flags['json'] === true));
      process.stdout.write(output.stdout);
      process.stderr.write(output.stderr);
      return output.exitCode;
    }
    case 'close': {
      const { flags, words } = parseCommand('close', rest);
      if (words.length === 0)
        throw new UsageError('close needs the id of at least one socket (see: list --json).');
      const action = flags['gracefully'] === true ? 'finish' : 'reset';
      const stop = new AbortController();
      // What was not begun is reported as stopped; pressed once more, it ends the program.
      process.once('SIGINT', () => stop.abort());
      const run = (actor: Actor) => close(actor, words, action, stop.signal);
      const output =
        flags['host'] === undefined
          ? await withEngine(flags, (engine) => run(localActor(engine)))
          : await withRemote(flags, (remote) => run(new RemoteActor(remote)));
      process.stdout.write(output.stdout);
      process.stderr.write(output.stderr);
      return output.exitCode;
    }
    case 'engine': {
      const { flags, words } = parseCommand('engine', rest);
      if (words.length > 0) throw new UsageError(`engine takes no "${words[0]}".`);
      if (flags['stdio'] !== true) throw new UsageError('engine is for other programs: engine --stdio.');
      return runEngine(createEngine((flags['demo'] as string | undefined) ?? null));
    }
    case 'serve': {
      const { flags, words } = parseCommand('serve', rest);
      if (words.length > 0) throw new UsageError(`serve takes no "${words[0]}".`);
      const engine = createEngine((flags['demo'] as string | undefined) ?? null);
      try {
        await serve(engine, {
          port: parsePort(flags['port'] as string | undefined),
          tokenFile: flags['token-file'] as string | undefined,
          allowActions: flags['allow-actions'] === true,
          open: flags['open'] === true,
        });
      } finally {
        engine.dispose();
      }
      return 0;
    }
    case '--version':
      process.stdout.write(`${__APP_VERSION__}\n`);
      return 0;
    case 'help':
    case '--help':
    case '-h':
      process.stdout.write(USAGE);
      return 0;
    case undefined:
      throw new UsageError('Say what to do: list, show, close, serve or help.');
    default:
      throw new UsageError(`There is no command "${command}". There are: list, show, close, serve, help.`);
  }
}

function parsePort(text: string | undefined): number {
  if (text === undefined) return 0;
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535)
    throw new UsageError(`--port takes 0 to 65535, not "${text}".`);
  return Number(text);
}

// `socketscope list | head` closes the pipe early: that is no error, and what `close` has to report stays as it is.
process.stdout.on('error', (error: NodeJS.ErrnoException) =>
  process.exit(error.code === 'EPIPE' ? process.exitCode : 1),
);
// There is nobody left to tell.
process.stderr.on('error', () => undefined);

// No await out here: the single executable is CommonJS.
run(process.argv.slice(2)).then(
  (status) => {
    process.exitCode = status;
  },
  (error: unknown) => {
    process.stderr.write(`socketscope: ${error instanceof Error ? error.message : String(error)}\n`);
    if (error instanceof UsageError) process.stderr.write('Try: socketscope help\n');
    process.exitCode = error instanceof UsageError ? 2 : 4;
  },
);

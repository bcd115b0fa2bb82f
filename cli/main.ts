import { parseArgs } from 'node:util';
import { createCatalogue, createEngine, NotHereError } from '../engine';
import type { Engine } from '../engine';
import type { Services } from '../shared/services';
import { close, localActor } from './close';
import type { Actor } from './close';
import { engineWire, runEngine } from './engine';
import { parseFilter, protectNegations } from './filter';
import { list, listText } from './list';
import { parsePort, portOutput, portReading, rangesOutput } from './ports';
import { READING_FLAGS, readingOf } from './reading';
import { readRemote, REMOTE_FLAGS, RemoteActor, withRemote } from './remote';
import { serve } from './serve';
import { show } from './show';
import type { ShowOutput } from './show';
import { askAtTerminal, parseTimeWait, timeWait } from './timeWait';
import { USAGE, UsageError } from './usage';
import { winsockOutput } from './winsock';

/** From package.json, put in by the build (vite.config.ts). */
declare const __APP_VERSION__: string;

/** Of each command, for parseArgs */
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
  engine: { stdio: 'boolean', pipe: 'string', nonce: 'string', demo: 'string' },
  serve: {
    port: 'string',
    'token-file': 'string',
    'allow-actions': 'boolean',
    open: 'boolean',
    demo: 'string',
  },
  ports: { json: 'boolean' },
  'time-wait': { json: 'boolean', yes: 'boolean' },
  winsock: { json: 'boolean' },
} as const;
type Command = keyof typeof OPTIONS;
/** What a person may want: `engine` is for programs. */
const NAMES = ['list', 'show', 'close', 'serve', 'ports', 'time-wait', 'winsock', 'help'];

interface Arguments {
  flags: Record<string, string | boolean | undefined>;
  words: string[];
}

/** @param most how many words it takes that are no option */
function parseCommand(command: Command, args: string[], most = Infinity): Arguments {
  const options = Object.fromEntries(
    Object.entries(OPTIONS[command]).map(([name, type]) => [name, { type }]),
  );
  try {
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
    if (values['remote-program'] !== undefined && values['host'] === undefined)
      throw new Error('--remote-program is for --host.');
    const extra = positionals[most];
    if (extra !== undefined) throw new Error(`${command} takes no "${extra}".`);
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

/** What each command does with its arguments: it prints, and returns the exit status. */
const COMMANDS: Record<Command, (args: string[]) => number | Promise<number>> = {
  async list(args) {
    const { flags, words } = parseCommand('list', protectNegations(args));
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
  },

  async show(args) {
    const { flags, words } = parseCommand('show', args);
    const [id, ...more] = words;
    if (id === undefined || more.length > 0)
      throw new UsageError('show needs the id of one socket (see: list --json).');
    return print(await withEngine(flags, (engine) => show(engine, id, flags['json'] === true)));
  },

  async close(args) {
    const { flags, words } = parseCommand('close', args);
    if (words.length === 0)
      throw new UsageError('close needs the id of at least one socket (see: list --json).');
    const action = flags['gracefully'] === true ? 'finish' : 'reset';
    const stop = new AbortController();
    // What was not begun is reported as stopped; pressed once more, it ends the program.
    process.once('SIGINT', () => stop.abort());
    const run = (actor: Actor) => close(actor, words, action, stop.signal);
    return print(
      flags['host'] === undefined
        ? await withEngine(flags, (engine) => run(localActor(engine)))
        : await withRemote(flags, (remote) => run(new RemoteActor(remote))),
    );
  },

  engine(args) {
    const { flags } = parseCommand('engine', args, 0);
    const wire = engineWire(flags);
    return runEngine(createEngine((flags['demo'] as string | undefined) ?? null), wire);
  },

  async serve(args) {
    const { flags } = parseCommand('serve', args, 0);
    const engine = createEngine((flags['demo'] as string | undefined) ?? null);
    try {
      await serve(engine, {
        port: parseServePort(flags['port'] as string | undefined),
        tokenFile: flags['token-file'] as string | undefined,
        allowActions: flags['allow-actions'] === true,
        open: flags['open'] === true,
      });
    } finally {
      engine.dispose();
    }
    return 0;
  },

  async ports(args) {
    const { flags, words } = parseCommand('ports', args, 1);
    const json = flags['json'] === true;
    const port = words[0] === undefined ? null : parsePort(words[0]);
    const ranges = await createCatalogue().portRanges();
    if (port === null) return print(rangesOutput(ranges, json));
    return withEngine(flags, (engine) => print(portOutput(port, portReading(engine), ranges, json)));
  },

  async 'time-wait'(args) {
    const { flags, words } = parseCommand('time-wait', args);
    const order = parseTimeWait(words);
    const options = { json: flags['json'] === true, yes: flags['yes'] === true, ask: askAtTerminal() };
    return print(await timeWait(createCatalogue(), order, options));
  },

  winsock(args) {
    const { flags } = parseCommand('winsock', args, 0);
    return print(winsockOutput(createCatalogue().winsock(), flags['json'] === true));
  },
};

function print({ stdout, stderr, exitCode }: ShowOutput): number {
  process.stdout.write(stdout);
  process.stderr.write(stderr);
  return exitCode;
}

async function run(args: string[]): Promise<number> {
  const [command, ...rest] = args;
  switch (command) {
    case '--version':
      process.stdout.write(`${__APP_VERSION__}\n`);
      return 0;
    case 'help':
    case '--help':
    case '-h':
      process.stdout.write(USAGE);
      return 0;
    case undefined:
      throw new UsageError(`Say what to do: ${NAMES.slice(0, -1).join(', ')} or ${NAMES.at(-1)}.`);
    default:
      if (Object.hasOwn(COMMANDS, command)) return COMMANDS[command as Command](rest);
      throw new UsageError(`There is no command "${command}". There are: ${NAMES.join(', ')}.`);
  }
}

function parseServePort(text: string | undefined): number {
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
    process.exitCode = error instanceof UsageError ? 2 : error instanceof NotHereError ? 3 : 4;
  },
);

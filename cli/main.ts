import { parseArgs } from 'node:util';
import { createEngine } from '../engine';
import type { Engine } from '../engine';
import type { Services } from '../shared/services';
import { close } from './close';
import { parseFilter, protectNegations } from './filter';
import { list } from './list';
import { READING_FLAGS, readingOf, readUntilFound } from './reading';
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
    demo: 'string',
  },
  show: { json: 'boolean', demo: 'string' },
  close: { demo: 'string' },
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
    return { flags: values, words: positionals };
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function withEngine<Result>(flags: Arguments['flags'], use: (engine: Engine) => Result): Result {
  const engine = createEngine((flags['demo'] as string | undefined) ?? null);
  try {
    return use(engine);
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
      return withEngine(flags, (engine) => {
        ({ services } = engine);
        process.stdout.write(list(engine, { format, showCommandLines, reading, filter }));
        const problems = engine.tableProblems;
        for (const { message } of problems) process.stderr.write(`socketscope: ${message}\n`);
        return problems.length === 0 ? 0 : 4; // what was printed is not all there is
      });
    }
    case 'show': {
      const { flags, words } = parseCommand('show', rest);
      const [id, ...more] = words;
      if (id === undefined || more.length > 0)
        throw new UsageError('show needs the id of one socket (see: list --json).');
      const output = withEngine(flags, (engine) => show(engine, id, flags['json'] === true));
      process.stdout.write(output.stdout);
      process.stderr.write(output.stderr);
      return output.exitCode;
    }
    case 'close': {
      const { flags, words } = parseCommand('close', rest);
      if (words.length === 0)
        throw new UsageError('close needs the id of at least one socket (see: list --json).');
      const output = withEngine(flags, (engine) => {
        readUntilFound(engine, words);
        return close(engine, words);
      });
      process.stdout.write(output.stdout);
      process.stderr.write(output.stderr);
      return output.exitCode;
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

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`socketscope: ${error instanceof Error ? error.message : String(error)}\n`);
  if (error instanceof UsageError) process.stderr.write('Try: socketscope help\n');
  process.exitCode = error instanceof UsageError ? 2 : 4;
}

// The programs in C that the Windows tests use, built from the SDK's structures with mingw-w64.
import { existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { Failure, inPath, inRoot, isExecutableFile, onWindows } from '../common.mjs';
import { installPackages } from '../prerequisites.mjs';
import { run } from '../processes.mjs';

const folder = inRoot('native/windows/double');
const output = inRoot('.cache/windows');

const warnings = ['-Wall', '-Wextra', '-Werror'];
// Windows 10; and what the double defines is not to be imported from the library that it stands for.
const macros = ['_WIN32_WINNT=0x0A00', 'UNICODE', '_UNICODE'];
const defined = ['_KERNEL32_', '_ADVAPI32_', '_USER32_', 'WINSOCK_API_LINKAGE='];
const libraries = ['iphlpapi', 'ws2_32', 'advapi32', 'user32', 'version', 'shell32'].map(
  (name) => `-l${name}`,
);

/** Everything that is made of native/windows/double: the library, the program that prints the layouts, and small programs. */
export function products(names, programs) {
  const c = (name) => name.endsWith('.c');
  const double = names.filter((name) => c(name) && name !== 'layouts.c').sort();
  const flags = (each) => each.map((macro) => `-D${macro}`);
  const library = {
    file: 'double.dll',
    sources: double,
    flags: ['-shared', ...flags([...macros, ...defined])],
  };
  const program = (name, source) => ({ file: `${name}.exe`, sources: [source], flags: flags(macros) });
  return [
    ...(double.length > 0 ? [library] : []),
    ...(names.includes('layouts.c') ? [program('layouts', 'layouts.c')] : []),
    ...programs.filter(c).map((name) => program(name.slice(0, -2), `programs/${name}`)),
  ];
}

/** Builds all of them into .cache/windows/. @throws Failure where the compiler is missing or finds something */
export async function compile() {
  const names = readNames(folder);
  const wanted = products(names, readNames(join(folder, 'programs')));
  if (wanted.length === 0) return;
  const compiler = await findCompiler(process.env);
  mkdirSync(output, { recursive: true });
  const built = await Promise.all(wanted.map((each) => build(compiler, each)));
  const failed = wanted.filter((_, i) => !built[i]).map(({ file }) => file);
  if (failed.length > 0)
    throw new Failure(`${failed.join(' and ')} could not be compiled.`, 'The lines above say why.');
}

async function build(compiler, { file, sources, flags }) {
  // To a neighbour first: somebody may be running the one before.
  const fresh = join(output, `${process.pid}-${file}`);
  const args = ['-std=gnu17', '-O1', '-s', '-static', ...warnings, ...flags];
  const inputs = sources.map((source) => join(folder, source));
  if ((await run(compiler, [...args, '-o', fresh, ...inputs, ...libraries])) !== 0) return false;
  renameSync(fresh, join(output, file));
  return true;
}

function readNames(directory) {
  return existsSync(directory) ? readdirSync(directory) : [];
}

async function findCompiler(env) {
  const chosen = env.SOCKETSCOPE_WINDOWS_CC;
  const name = chosen ?? (onWindows ? 'gcc' : 'x86_64-w64-mingw32-gcc');
  const isThere = () => isExecutableFile(name) || inPath(env, onWindows ? `${name}.exe` : name);
  if (isThere()) return name;
  if (chosen) {
    const problem = `SOCKETSCOPE_WINDOWS_CC is ${chosen}, which is no program.`;
    throw new Failure(problem, 'Correct it, or unset it to have a compiler looked for.');
  }
  const why = 'the Windows tests need a C compiler for Windows';
  if (onWindows)
    throw new Failure(`There is no gcc: ${why}.`, 'Install mingw-w64, or set SOCKETSCOPE_WINDOWS_CC.');
  await installPackages(['gcc-mingw-w64-x86-64-win32'], why);
  if (!isThere())
    throw new Failure(`There is still no ${name}.`, 'Install mingw-w64, or set SOCKETSCOPE_WINDOWS_CC.');
  return name;
}

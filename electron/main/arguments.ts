/** The demonstration named by `--demo NAME` or `--demo=NAME`, or null. */
export function demoArgument(argv: readonly string[]): string | null {
  for (const [i, arg] of argv.entries()) {
    if (arg === '--demo') return argv[i + 1] ?? '';
    if (arg.startsWith('--demo=')) return arg.slice('--demo='.length);
  }
  return null;
}

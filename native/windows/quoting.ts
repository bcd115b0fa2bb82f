/**
 * Arguments as one text, the way Windows hands them to a program: the inverse of CommandLineToArgvW, which C's start-up code agrees
 * with (learn.microsoft.com: "CommandLineToArgvW function", "main function and command-line arguments").
 * @throws Error where an argument holds a NUL, which would cut the text off
 */
export function quoteArguments(args: readonly string[]): string {
  return args.map(quoteArgument).join(' ');
}

function quoteArgument(argument: string): string {
  if (argument.includes('\0')) throw new Error('An argument holds a NUL character.');
  if (/^[^\s"]+$/u.test(argument)) return argument;
  // Backslashes are themselves except before a quotation mark: there each counts double, and one more makes the mark plain.
  const inner = argument
    .replace(/(\\*)"/g, (_match, slashes: string) => `${slashes}${slashes}\\"`)
    .replace(/\\+$/, (slashes) => slashes + slashes);
  return `"${inner}"`;
}

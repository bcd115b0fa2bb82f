import type { ProgramFacts, SocketRow } from '../../shared/socket';

const MOST_TEXTS = 20_000;

/**
 * Keeps one copy of the texts that many rows have in common, since each message brings its own: that saves memory, and
 * texts that are the same copy are compared at once.
 */
export class SharedTexts {
  private readonly known = new Map<string, string>();
  private readonly programs = new Map<string, ProgramFacts>();

  /** Changes the row in place. `before`: the same socket's last one, whose texts are shared already. */
  share(row: SocketRow, before: SocketRow | undefined): void {
    row.protocol = this.one(row.protocol, before?.protocol);
    row.type = this.one(row.type, before?.type);
    row.state = this.one(row.state, before?.state);
    row.direction = this.one(row.direction, before?.direction);
    row.owner = this.one(row.owner, before?.owner);
    row.localAddress = this.one(row.localAddress, before?.localAddress);
    row.namespace = this.one(row.namespace, before?.namespace);
    row.interface = this.one(row.interface, before?.interface);
    row.processName = this.one(row.processName, before?.processName);
    row.processPath = this.one(row.processPath, before?.processPath);
    row.commandLine = this.one(row.commandLine, before?.commandLine);
    row.unit = this.one(row.unit, before?.unit);
    row.container = this.one(row.container, before?.container);
    row.parentName = this.one(row.parentName, before?.parentName);
    row.user = this.one(row.user, before?.user);
    row.program = this.program(row.program, before?.program);
    // A socket's own texts are kept as they were: they are as long-lived as the socket.
    if (before === undefined) return;
    row.id = before.id;
    if (row.remoteAddress === before.remoteAddress) row.remoteAddress = before.remoteAddress;
  }

  /** Nothing of what is no longer read stays in memory: command lines may hold passwords. */
  forget(): void {
    this.known.clear();
    this.programs.clear();
  }

  /** One object for each program: of the rows of a Windows machine many have the same. */
  private program(
    program: ProgramFacts | null,
    before: ProgramFacts | null | undefined,
  ): ProgramFacts | null {
    if (program === null) return null;
    if (before != null && isSameProgram(program, before)) return before;
    const { company, product, description, version, bits, session } = program;
    const key = JSON.stringify([company, product, description, version, bits, session]);
    const known = this.programs.get(key);
    if (known !== undefined) return known;
    if (this.programs.size >= MOST_TEXTS) this.programs.clear();
    this.programs.set(key, program);
    return program;
  }

  private one<Text extends string | null>(text: Text, before: Text | undefined): Text {
    if (text === null) return text;
    if (text === before) return before;
    const known = this.known.get(text);
    if (known !== undefined) return known as Text;
    if (this.known.size >= MOST_TEXTS) this.known.clear();
    this.known.set(text, text);
    return text;
  }
}

function isSameProgram(a: ProgramFacts, b: ProgramFacts): boolean {
  return (
    a.company === b.company &&
    a.product === b.product &&
    a.description === b.description &&
    a.version === b.version &&
    a.bits === b.bits &&
    a.session === b.session
  );
}

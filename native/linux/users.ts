import fs from 'node:fs';

/** User names from /etc/passwd, read again when the file changes. Names of directory services (LDAP) stay unknown. */
export class UserNames {
  private names = new Map<number, string>();
  private readAt = -1;

  constructor(private readonly file: string = '/etc/passwd') {}

  /** Re-reads the file if it changed: once per reading of the tables, not once per row. */
  refresh(): void {
    try {
      const { mtimeMs } = fs.statSync(this.file);
      if (mtimeMs === this.readAt) return;
      this.names = parsePasswd(fs.readFileSync(this.file, 'utf8'));
      this.readAt = mtimeMs;
    } catch {
      // Without the file users are shown by number.
    }
  }

  name(uid: number): string | null {
    return this.names.get(uid) ?? null;
  }
}

/** Parses passwd(5); malformed lines are passed over, and of two names for one number the first counts, as in getpwuid. */
export function parsePasswd(text: string): Map<number, string> {
  const names = new Map<number, string>();
  for (const line of text.split('\n')) {
    const [name, , uid] = line.split(':');
    if (name && uid !== undefined && /^\d+$/.test(uid) && !names.has(Number(uid)))
      names.set(Number(uid), name);
  }
  return names;
}

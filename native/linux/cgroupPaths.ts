/** Which control group (v2) has an id: the inode number of its directory (man 7 cgroups; cgroup_id, linux/cgroup.h). */
import fs from 'node:fs';
import path from 'node:path';

/** A machine with more groups than this is searched no further; those of visible holders are found without searching. */
const MAX_SEARCHED = 5000;

export class CgroupPaths {
  private readonly found = new Map<bigint, string>();
  private readonly unknown = new Set<bigint>();
  private readonly mount: string | null;

  constructor(mount: string | null = unifiedMount()) {
    this.mount = mount;
  }

  /**
   * The path below the mount point, e.g. `/system.slice/nginx.service`; null where it has been removed or lies outside of
   * what this process can see. `hint` is where it may be.
   */
  pathOf(id: bigint, hint: string | null): string | null {
    const known = this.found.get(id) ?? hint;
    if (known !== null && this.idOf(known) === id) return known;
    if (this.unknown.has(id)) return null;
    const searched = this.search(id);
    if (searched === null) this.unknown.add(id);
    else this.found.set(id, searched);
    return searched;
  }

  /** Breadth first: services and containers lie near the top. */
  private search(id: bigint): string | null {
    const waiting = ['/'];
    for (let i = 0; i < waiting.length && i < MAX_SEARCHED; i++) {
      const place = waiting[i]!;
      if (this.idOf(place) === id) return place;
      for (const name of this.below(place)) waiting.push(path.posix.join(place, name));
    }
    return null;
  }

  private idOf(place: string): bigint | null {
    if (this.mount === null) return null;
    try {
      return fs.statSync(path.posix.join(this.mount, place), { bigint: true }).ino;
    } catch {
      return null; // removed
    }
  }

  private below(place: string): string[] {
    try {
      return fs
        .readdirSync(path.posix.join(this.mount ?? '', place), { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map((entry) => entry.name);
    } catch {
      return [];
    }
  }
}

/** Where the unified hierarchy is mounted: /sys/fs/cgroup, or below it beside v1 (man 5 proc, mountinfo). */
function unifiedMount(): string | null {
  try {
    const line = fs
      .readFileSync('/proc/self/mountinfo', 'utf8')
      .split('\n')
      .find((text) => text.includes(' - cgroup2 '));
    // Spaces and the like are octal: \040
    return (
      line
        ?.split(' ')[4]
        ?.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8))) ??
      null
    );
  } catch {
    return null;
  }
}

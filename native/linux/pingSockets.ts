/**
 * Whose ICMP ("ping") sockets the lines of /proc/net/icmp and /proc/net/icmp6 are. The kernel keeps both families in one
 * hash table and, having found a bucket's first socket of the file's family, goes on with the rest of the bucket whatever
 * its family is (ping_get_first and ping_get_next, net/ipv4/ping.c; so in Linux 6.18). About one pair of sockets in 64 is
 * affected: one of the two is then in both files, in the wrong one with an address that is none.
 */
import fs from 'node:fs';

/** Bucket, local and remote endpoint, and inode of a line, as ProcNet reads it. */
const LINE = /^ *(\d+): ([0-9A-F]+):[0-9A-F]+ ([0-9A-F]+):[0-9A-F]+ \S+ \S+ \S+ \S+ +\d+ +\d+ (\d+) /gm;

/**
 * Inodes of the IPv6 sockets; every other inode in either file is of IPv4. A socket in both files is of IPv6 where it has
 * an IPv6 address or is the first of its bucket in icmp6. Where neither says so (the third of a bucket, bound to all
 * addresses) nothing does, and it is taken for the commoner IPv4.
 *
 * @param icmp text of /proc/net/icmp, and `icmp6` of /proc/net/icmp6
 */
export function ipv6PingSockets(icmp: string, icmp6: string): Set<number> {
  const inIcmp = new Set<number>();
  for (const [, , , , inode] of icmp.matchAll(LINE)) inIcmp.add(Number(inode));
  const found = new Set<number>();
  let last: string | undefined;
  for (const [, bucket, local, remote, inode] of icmp6.matchAll(LINE)) {
    const hasAddress = /[^0]/.test(`${local}${remote}`);
    if (hasAddress || bucket !== last || !inIcmp.has(Number(inode))) found.add(Number(inode));
    last = bucket;
  }
  return found;
}

/** Which inodes do not belong into the file of `family`. @param folder `/proc/PID/net` */
export function foreignPingSockets(family: 4 | 6, folder: string): (inode: number) => boolean {
  const ipv6 = ipv6PingSockets(readText(`${folder}/icmp`), readText(`${folder}/icmp6`));
  return (inode) => ipv6.has(inode) !== (family === 6);
}

/** Nothing where there is no such file: a kernel may lack IPv6. */
function readText(file: string): string {
  try {
    return fs.readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}

/** An OS call that failed: which call, the code with its name, and a sentence for a person. */
export class NativeError extends Error {
  override readonly name = 'NativeError';

  constructor(
    /** e.g. `recv(NETLINK_SOCK_DIAG)` */
    readonly call: string,
    /** errno or Windows error code; 0 where the failure is not the OS's (a malformed reply) */
    readonly code: number,
    /** e.g. `EPERM` */
    readonly codeName: string,
    /** What it means, and what to do about it. */
    readonly explanation: string,
  ) {
    super(`${call}: ${codeName}. ${explanation}`);
  }
}

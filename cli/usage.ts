import { DEMONSTRATIONS } from '../engine';
import { PROTOCOLS } from '../shared/socket';

export const USAGE = `SocketScope: every socket of this machine, with its owner.

Usage:
  socketscope list [--json | --csv] [--protocols LIST | --all] [--bound] [--namespaces] [--show-command-lines]
                   [FILTER...]
      Prints one snapshot, or what of it fits the FILTER (docs/filter.md): words and terms such as nginx, port:80,443,
      remote:10.0.0.0/8, 'sent:>1MB', not state:listen, a or b. Several arguments are joined by spaces.
      --json is one JSON array, --csv has a header (RFC 4180).
      In the table, tcp46 is an IPv6 socket that serves IPv4 too, and "nginx +3" is held by three more processes.
      TCP and UDP of this network namespace; --protocols reads those of a comma-separated LIST, --all every one:
      ${PROTOCOLS.join(', ')}.
      --bound adds TCP sockets that neither listen nor connect, --namespaces those of containers.
      Command lines may hold passwords: they are left out unless asked for.
  socketscope show ID [--json]
      Prints everything known of one socket: timers, round trip, congestion, memory, options, who holds it.
      Exit status: 0 shown, 1 it is gone, 2 usage.
  socketscope close [--gracefully] ID...
      Closes exactly these sockets, at once: connections are reset (RST), with --gracefully ended (FIN) once what is still
      to be sent is delivered. Prints one word for each: closed, gone, refused, failed, or stopped (by Ctrl+C).
      Exit status: 0 all closed, 1 some or all were gone, 3 refused, failed or stopped, 2 usage.
  socketscope serve [--port N] [--token-file FILE] [--allow-actions] [--open]
      Shows the live grid in a browser, on loopback only. Prints the address to open.
      The token comes from FILE or SOCKETSCOPE_TOKEN, else it is made up.
      The page only shows, unless it is given --allow-actions: then it may close sockets, and end, kill and suspend
      processes. It asks before each. --open starts the browser.
  socketscope list --host USER@SERVER ..., socketscope close --host USER@SERVER ...
      The same on another machine, through your own ssh: its keys, agent, known hosts and configuration. SocketScope must be
      installed there in the same version. --remote-program (or SOCKETSCOPE_REMOTE_PROGRAM) says what to run there instead
      of "socketscope", for example /opt/bin/socketscope or 'sudo -n socketscope'.
  socketscope ports [PORT] [--json]
      Prints the ranges of ports that the system treats in its own way: ephemeral, excluded or reserved, privileged.
      With a PORT: which sockets have it, what of it is in TIME_WAIT, and which ranges it lies in.
  socketscope time-wait [--json]
  socketscope time-wait set SECONDS [--yes]
  socketscope time-wait remove [--yes]
      Prints how long closed TCP connections stay in TIME_WAIT. On Windows it can be set (30 to 300 s) and given back to
      Windows' default, as an administrator; it counts from the next start. --yes answers the question beforehand.
      Exit status: 0 done, 1 nothing was changed, 2 usage, 3 not allowed, or not to be changed on this system.
  socketscope winsock [--json]
      Windows only: prints the Winsock catalogue, 64-bit and 32-bit: protocols and providers with every flag, their
      libraries, name-space providers, Winsock's version, and the sockets that can be made.
      Exit status 3: this system has no Winsock.
  socketscope engine --stdio
      Serves one other program on standard input and output, and ends with them. The window starts it with more rights, and
      on other machines. On Windows, more rights come with a pipe instead: engine --pipe NAME --nonce NONCE.
  socketscope help
      Exit status 4 of any command: something failed or was left out, and standard error says what.
  socketscope --version

list, show, close, serve and engine take --demo NAME for invented sockets: ${DEMONSTRATIONS.join(', ')}.
`;

/** A command line that makes no sense: exit status 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

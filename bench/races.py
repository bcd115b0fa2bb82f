"""The victims of stress:actions: sockets and processes that end, and whose ports, descriptors and PIDs are given anew.

  python3 races.py COMMANDS ANSWERS

Both are FIFOs. It takes one JSON object a line, does what its "do" says, and answers with one. It ends with its commands.
Whatever is new after "reuse" is a bystander: nobody may touch it, and "probe" tells whether somebody has.
"""

import ctypes
import errno
import fcntl
import json
import os
import signal
import socket
import struct
import sys
import time

SYS_CLONE3 = 435
HOST = "127.0.0.1"
# A start time is told in steps of 10 ms.
TICK = 0.025

libc = ctypes.CDLL(None, use_errno=True)
PR_SET_PDEATHSIG = 1


def reset(sock):
    """Closes with a RST, so that no TIME_WAIT keeps the endpoints."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


class Tcp:
    """A connection whose client's endpoint, and as a rule its descriptor, is used again by the next one."""

    def __init__(self):
        self.listener = socket.create_server((HOST, 0))
        self.port = self.listener.getsockname()[1]
        self.client = self.connect(0)
        self.server = self.listener.accept()[0]
        self.client_port = self.client.getsockname()[1]

    def connect(self, port):
        sock = socket.socket()
        sock.settimeout(10)
        sock.bind((HOST, port))
        sock.connect((HOST, self.port))
        return sock

    def facts(self):
        return {"localPort": self.client_port, "remotePort": self.port}

    def end(self):
        reset(self.client)
        self.server.close()

    def reuse(self):
        self.end()
        self.client = self.connect(self.client_port)
        self.server = self.listener.accept()[0]

    def probe(self):
        # What has ended has no descriptor: that is an answer too (EBADF).
        try:
            for a, b in ((self.client, self.server), (self.server, self.client)):
                a.sendall(b"x")
                b.settimeout(5)
                if b.recv(1) != b"x":
                    return "end of file"
        except OSError as error:
            return errno.errorcode.get(error.errno, str(error))
        return "alive"

    def close(self):
        for sock in (self.client, self.server):
            try:
                reset(sock)
            except OSError:
                pass
        self.listener.close()


class Listener:
    def __init__(self):
        self.sock = socket.create_server((HOST, 0))
        self.port = self.sock.getsockname()[1]

    def facts(self):
        return {"localPort": self.port, "remotePort": None}

    def end(self):
        self.sock.close()

    def reuse(self):
        self.end()
        self.sock = socket.create_server((HOST, self.port))

    def probe(self):
        try:
            with socket.create_connection((HOST, self.port), 5):
                accepted = self.sock.accept()[0]
                reset(accepted)
        except OSError as error:
            return errno.errorcode.get(error.errno, str(error))
        return "alive"

    def close(self):
        self.sock.close()


class Udp:
    def __init__(self):
        self.sock = self.bind(0)
        self.port = self.sock.getsockname()[1]

    def bind(self, port):
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.bind((HOST, port))
        sock.settimeout(5)
        return sock

    def facts(self):
        return {"localPort": self.port, "remotePort": None}

    def end(self):
        self.sock.close()

    def reuse(self):
        self.end()
        self.sock = self.bind(self.port)

    def probe(self):
        try:
            # A socket that was closed from outside has an error waiting, and has lost its port.
            pending = self.sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if pending:
                return errno.errorcode.get(pending, str(pending))
            self.sock.sendto(b"x", (HOST, self.port))
            if self.sock.recv(1) != b"x":
                return "something else"
        except OSError as error:
            return errno.errorcode.get(error.errno, str(error))
        return "alive"

    def close(self):
        self.sock.close()


class CloneArguments(ctypes.Structure):
    """struct clone_args (linux/sched.h)"""

    _fields_ = [
        (name, ctypes.c_uint64)
        for name in (
            "flags", "pidfd", "child_tid", "parent_tid", "exit_signal", "stack",
            "stack_size", "tls", "set_tid", "set_tid_size", "cgroup",
        )
    ]


def sleeper(pid=0):
    """A process that does nothing, with this PID if one is given. Raises OSError where it cannot be had."""
    wanted = (ctypes.c_int32 * 1)(pid)
    arguments = CloneArguments(exit_signal=signal.SIGCHLD)
    if pid:
        arguments.set_tid = ctypes.addressof(wanted)
        arguments.set_tid_size = 1
    child = libc.syscall(SYS_CLONE3, ctypes.byref(arguments), ctypes.sizeof(arguments))
    if child == 0:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        os.execv("/bin/sleep", ["sleep", "600"])
    if child < 0:
        raise OSError(ctypes.get_errno(), "clone3")
    return child


class Process:
    """A process whose PID is given to another one."""

    def __init__(self):
        self.pid = sleeper()
        time.sleep(TICK)

    def facts(self):
        return {"pid": self.pid}

    def end(self):
        # Only what has not been waited for is ours: a PID of the past may be anybody's.
        pid, self.pid = self.pid, 0
        if pid:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        return pid

    def reuse(self):
        pid = self.end()
        for _ in range(50):
            try:
                self.pid = sleeper(pid)
                return
            except OSError as error:
                # Somebody was faster: it is no race of ours.
                if error.errno != errno.EEXIST:
                    raise
                time.sleep(0.002)
        raise OSError(errno.EEXIST, "the PID is taken")

    def probe(self):
        if not self.pid:
            return "ended"
        # A signal takes a moment: what is on its way has hit it too.
        time.sleep(0.003)
        pending = self.pending()
        # A stop or an end is noticed where the parent looks for it.
        found, status = os.waitpid(self.pid, os.WNOHANG | os.WUNTRACED)
        if found == 0:
            return "signalled" if pending else "alive"
        if os.WIFSTOPPED(status):
            return "stopped"
        self.pid = 0
        return "ended"

    def pending(self):
        with open("/proc/%d/status" % self.pid) as lines:
            sets = [line.split()[1] for line in lines if line.startswith(("SigPnd:", "ShdPnd:"))]
        return any(int(each, 16) for each in sets)

    def close(self):
        self.end()


def bring_loopback_up():
    """In a network namespace of its own it is down."""
    SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1  # linux/sockios.h, linux/if.h
    with socket.socket() as control:
        request = struct.pack("16sh14x", b"lo", 0)  # struct ifreq
        (flags,) = struct.unpack_from("h", fcntl.ioctl(control, SIOCGIFFLAGS, request), 16)
        if not flags & IFF_UP:
            fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | IFF_UP))


KINDS = {"tcp": Tcp, "listener": Listener, "udp": Udp, "process": Process}


def main(commands, answers):
    bring_loopback_up()
    victim = None
    with open(answers, "w") as out, open(commands) as lines:
        for line in lines:
            command = json.loads(line)
            do = command["do"]
            try:
                if do == "open":
                    victim = KINDS[command["kind"]]()
                    answer = victim.facts()
                elif do == "probe":
                    answer = {"state": victim.probe()}
                elif do == "wait":
                    time.sleep(command["seconds"])
                    getattr(victim, command["event"])()
                    answer = {}
                else:
                    getattr(victim, do)()
                    answer = {}
            except OSError as error:
                answer = {"error": "%s: %s" % (do, error)}
            out.write(json.dumps(answer) + "\n")
            out.flush()


main(sys.argv[1], sys.argv[2])

"""The sockets that the benchmark and the stress tests look at: many processes, connected to each other over loopback.

  python3 load.py SOCKETS PROCESSES RATE GRACEFUL

SOCKETS   how many there are in all; both ends of a connection count
PROCESSES how many processes share them; each listens once
RATE      which part of them is replaced each second, evenly over time
GRACEFUL  which part of the connections ends with a FIN and so leaves a TIME_WAIT; the others are reset

It belongs into a network namespace of its own, as root: it brings loopback up there and widens the range of ports.
It says "ready" when every socket is open and the churn has begun. On standard input it takes the lines "pause" and
"resume" and answers "paused <sockets> <replaced so far>" when nothing moves any more, or "resumed". It ends with its standard input.
"""

import ctypes
import fcntl
import mmap
import os
import random
import resource
import select
import signal
import socket
import struct
import sys
import time
import traceback

PORT = 5000
PR_SET_PDEATHSIG = 1
# One connection in ten is IPv6, one socket in fifty UDP.
V6_EVERY = 10
UDP_EVERY = 50
CONNECTS_AT_ONCE = 16
LONGEST_WAIT = 1.0

# What was not done while the machine was busy is made up for, as far as it is this long ago.
LONGEST_DELAY = 1.0

# What a worker tells the parent, as u32 words of shared memory each: the command it has obeyed, the connections it has
# opened and has accepted, its UDP sockets, and how many sockets it has replaced, both ends of a connection counted.
WORDS = 5
OBEYED, CONNECTED, ACCEPTED, DATAGRAM, REPLACED = range(WORDS)
BUILD, RUN, PAUSE = range(3)


class Shared:
    """Memory of the parent and all workers: the command, then each worker's words."""

    def __init__(self, processes):
        self.memory = mmap.mmap(-1, 4 * (2 + WORDS * processes))
        self.words = memoryview(self.memory).cast("I")

    def command(self, number, what):
        # Number and command in one word, so that they are never read apart.
        self.words[0] = number << 2 | what

    def read_command(self):
        return self.words[0]

    def report(self, worker):
        at = 2 + WORDS * worker
        return self.words[at : at + WORDS]


def listener_address(worker):
    if worker % V6_EVERY == V6_EVERY - 1:
        return socket.AF_INET6, ("::1", PORT + worker)
    return socket.AF_INET, (f"127.1.{worker >> 8}.{worker & 0xFF}", PORT)


def listen(worker):
    family, address = listener_address(worker)
    server = socket.socket(family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind(address)
    server.listen(4096)
    return server


def share(total, parts, index):
    """How much of `total` the part `index` gets, so that the parts sum up to it."""
    return total * (index + 1) // parts - total * index // parts


class Worker:
    def __init__(self, index, servers, plan, shared, alive):
        self.index = index
        self.plan = plan
        self.shared = shared
        self.report = shared.report(index)
        self.random = random.Random(index)
        self.server = servers[index]
        for other, server in enumerate(servers):
            if other != index:
                server.close()
        self.epoll = select.epoll()
        self.alive = alive
        # Edge-triggered: nobody reads the byte that announces a command, so that every worker is told of it.
        self.epoll.register(alive, select.EPOLLIN | select.EPOLLET)
        self.epoll.register(self.server, select.EPOLLIN)
        self.accepted = {}
        self.connected = []
        self.datagrams = []
        self.turn = index

    def connect(self):
        """Connects to the next worker in turn."""
        self.turn += 1
        family, address = listener_address(self.turn % self.plan["processes"])
        client = socket.socket(family, socket.SOCK_STREAM)
        client.connect(address)
        self.connected.append(client)

    def bind(self):
        family = socket.AF_INET6 if len(self.datagrams) % V6_EVERY == 1 else socket.AF_INET
        datagram = socket.socket(family, socket.SOCK_DGRAM)
        datagram.bind(("::1" if family == socket.AF_INET6 else "127.0.0.1", 0))
        self.datagrams.append(datagram)

    def replace_connection(self):
        at = self.random.randrange(len(self.connected))
        self.connected[at], self.connected[-1] = self.connected[-1], self.connected[at]
        old = self.connected.pop()
        if self.random.random() >= self.plan["graceful"]:
            # struct linger: on, 0 s. Closing then resets.
            old.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        old.close()
        self.connect()
        self.report[REPLACED] += 2

    def replace_datagram(self):
        self.datagrams.pop(self.random.randrange(len(self.datagrams))).close()
        self.bind()
        self.report[REPLACED] += 1

    def serve(self, timeout):
        """Accepts, and closes what the other side has closed, for at most so many seconds."""
        for fd, event in self.epoll.poll(timeout):
            if fd == self.server.fileno():
                self.accept()
            elif fd == self.alive:
                if event & select.EPOLLHUP:
                    os._exit(0)  # the parent is gone
            else:
                self.epoll.unregister(fd)
                self.accepted.pop(fd).close()
        self.report[CONNECTED] = len(self.connected)
        self.report[ACCEPTED] = len(self.accepted)
        self.report[DATAGRAM] = len(self.datagrams)

    def accept(self):
        while True:
            try:
                accepted, _ = self.server.accept()
            except BlockingIOError:
                return
            except ConnectionAbortedError:
                continue
            self.accepted[accepted.fileno()] = accepted
            self.epoll.register(accepted, select.EPOLLIN | select.EPOLLRDHUP)

    def build(self):
        connections = share(self.plan["connections"], self.plan["processes"], self.index)
        while len(self.connected) < connections:
            for _ in range(min(CONNECTS_AT_ONCE, connections - len(self.connected))):
                self.connect()
            self.serve(0)
        for _ in range(share(self.plan["datagrams"], self.plan["processes"], self.index)):
            self.bind()

    def run(self):
        self.build()
        lanes = [
            [len(self.connected) * self.plan["rate"], self.replace_connection],
            [len(self.datagrams) * self.plan["rate"], self.replace_datagram],
        ]
        lanes = [lane for lane in lanes if lane[0] > 0]
        obeyed = -1
        running = False
        due = []
        while True:
            command = self.shared.read_command()
            if command != obeyed:
                obeyed = command
                running = command & 3 == RUN
                now = time.monotonic()
                # A random phase: 200 processes must not act at the same moment.
                due = [now + self.random.random() / rate for rate, _ in lanes]
            self.report[OBEYED] = obeyed
            wait = LONGEST_WAIT
            if running:
                now = time.monotonic()
                for lane, (rate, replace) in enumerate(lanes):
                    if due[lane] <= now:
                        replace()
                        due[lane] = max(due[lane] + 1 / rate, now - LONGEST_DELAY)
                    wait = min(wait, due[lane] - now)
            self.serve(max(wait, 0))


def work(index, *rest):
    parent = os.getppid()
    # Also while it is still connecting, and looks at nothing else (linux/prctl.h).
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    # Ctrl-C ends the parent, and that ends this.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    try:
        Worker(index, *rest).run()
    except BaseException:
        # Without its parent it was to end anyway.
        if os.getppid() == parent:
            traceback.print_exc()
    finally:
        os._exit(1)


def prepare_network():
    SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1  # linux/sockios.h, linux/if.h
    with socket.socket() as control:
        request = struct.pack("16sh14x", b"lo", 0)  # struct ifreq
        (flags,) = struct.unpack_from("h", fcntl.ioctl(control, SIOCGIFFLAGS, request), 16)
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | IFF_UP))
    for name, value in (("ipv4/ip_local_port_range", "10000 65535"), ("core/somaxconn", "4096")):
        with open(f"/proc/sys/net/{name}", "w") as file:
            file.write(value)
    deadline = time.monotonic() + 5
    while True:  # ::1 is tentative for a moment
        try:
            socket.socket(socket.AF_INET6, socket.SOCK_DGRAM).bind(("::1", 0))
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def raise_file_limit():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


class Parent:
    def __init__(self, plan):
        self.plan = plan
        self.processes = plan["processes"]
        self.shared = Shared(self.processes)
        self.commands = 0
        self.shared.command(0, BUILD)
        servers = [listen(worker) for worker in range(self.processes)]
        alive, self.announce = os.pipe()
        self.pids = []
        for index in range(self.processes):
            pid = os.fork()
            if pid == 0:
                os.close(self.announce)
                os.close(0)
                work(index, servers, plan, self.shared, alive)
            self.pids.append(pid)
        for server in servers:
            server.close()

    def reports(self):
        return [self.shared.report(worker) for worker in range(self.processes)]

    def command(self, what):
        self.commands += 1
        self.shared.command(self.commands, what)
        os.write(self.announce, b"!")
        self.wait(lambda: all(r[OBEYED] == self.commands << 2 | what for r in self.reports()))

    def settled(self):
        """Whether every connection has been accepted and every closed one been closed at the other end."""
        reports = self.reports()
        return sum(r[CONNECTED] for r in reports) == sum(r[ACCEPTED] for r in reports)

    def built(self):
        reports = self.reports()
        return sum(r[CONNECTED] for r in reports) == self.plan["connections"] and self.settled()

    def wait(self, condition):
        while not condition():
            pid, _ = os.waitpid(-1, os.WNOHANG)
            if pid != 0:
                raise SystemExit(f"load.py: worker {pid} has ended")
            time.sleep(0.02)

    def wait_settled(self):
        for _ in range(2):
            self.wait(self.settled)
            time.sleep(0.1)
        self.wait(self.settled)

    def sockets(self):
        return self.processes + sum(r[CONNECTED] + r[ACCEPTED] + r[DATAGRAM] for r in self.reports())

    def replaced(self):
        return sum(r[REPLACED] for r in self.reports())

    def run(self):
        self.wait(self.built)
        self.command(RUN)
        print(f"ready {self.sockets()}", flush=True)
        for line in sys.stdin:
            if line == "pause\n":
                self.command(PAUSE)
                self.wait_settled()
                print(f"paused {self.sockets()} {self.replaced()}", flush=True)
            elif line == "resume\n":
                self.command(RUN)
                print("resumed", flush=True)

    def end(self):
        # First they all stand still: none is to connect to one that has gone.
        for number in (signal.SIGSTOP, signal.SIGKILL):
            for pid in self.pids:
                try:
                    os.kill(pid, number)
                except ProcessLookupError:
                    pass  # it has ended by itself
        while True:
            try:
                os.wait()
            except ChildProcessError:
                return


def main():
    sockets, processes = int(sys.argv[1]), int(sys.argv[2])
    datagrams = sockets // UDP_EVERY
    connections = (sockets - processes - datagrams) // 2
    # An odd number is made whole with one more UDP socket.
    datagrams = sockets - processes - 2 * connections
    plan = {
        "processes": processes,
        "connections": connections,
        "datagrams": datagrams,
        "rate": float(sys.argv[3]),
        "graceful": float(sys.argv[4]),
    }
    prepare_network()
    raise_file_limit()
    # As a request to end: the workers are to end first.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    signal.signal(signal.SIGINT, lambda *_: sys.exit(130))
    signal.signal(signal.SIGHUP, lambda *_: sys.exit(129))
    parent = Parent(plan)
    try:
        parent.run()
    finally:
        parent.end()


if __name__ == "__main__":
    main()

"""Runs the tools that the benchmark compares with, and times them, in one process that stays.

Each line of standard input is a JSON request, each line of standard output its answer:

  {"run": ["ss", "-tan"], "watch": false}  from before the program starts until it has ended and its output is read
  {"psutil": true}                         the call alone: nothing is started, nothing imported

The answer has "ms", "rows" (lines of output, or connections), and "rssMb" where it is known; or "error".
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time


def peak_mb(pid):
    """The largest resident memory of a process so far, or None where it has ended."""
    try:
        with open(f"/proc/{pid}/status") as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) / 1024
    except (FileNotFoundError, ProcessLookupError):
        pass
    return None


def drain(pipe):
    lines = 0
    while chunk := os.read(pipe, 1 << 16):
        lines += chunk.count(b"\n")
    return lines


def run(command, watch):
    start = time.perf_counter()
    child = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, close_fds=False
    )
    if not watch:
        rows = drain(child.stdout.fileno())
        code = child.wait()
        return code, {"ms": (time.perf_counter() - start) * 1000, "rows": rows}
    # The peak belongs to a memory that is gone with the process: it is looked at until then, in a run of its own.
    read = []
    reader = threading.Thread(target=lambda: read.append(drain(child.stdout.fileno())))
    reader.start()
    peak = None
    while child.poll() is None:
        peak = peak_mb(child.pid) or peak
        time.sleep(0.0002)
    reader.join()
    return child.returncode, {"ms": (time.perf_counter() - start) * 1000, "rows": read[0], "rssMb": peak}


def connections():
    import psutil

    start = time.perf_counter()
    found = psutil.net_connections("inet")
    ms = (time.perf_counter() - start) * 1000
    return {"ms": ms, "rows": len(found), "rssMb": peak_mb("self")}


def answer(request):
    try:
        if "psutil" in request:
            return connections()
        code, result = run(request["run"], request["watch"])
        return result if code == 0 else {"error": f"it ended with code {code}"}
    except OSError as error:
        return {"error": str(error)}


signal.signal(signal.SIGINT, lambda *_: sys.exit(130))  # Ctrl-C is no error
for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)

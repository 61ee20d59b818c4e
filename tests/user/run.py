#!/usr/bin/env python3
"""run.py EMULATOR [-o OPTION]... PROGRAM [ARG]...: the program natively and under us: same output, same end."""
# SPDX-License-Identifier: MIT
import argparse
import os
import platform
import re
import signal
import subprocess
import sys

TIMEOUT = 240


def run(command):
    """What it printed, and how it ended. One that hangs is killed with its children, which have the pipes too."""
    p = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                         env=dict(os.environ, LC_ALL="C"), start_new_session=True)
    try:
        out, err = p.communicate(timeout=TIMEOUT)
    except subprocess.TimeoutExpired:
        print(f"{' '.join(command)}: has not ended after {TIMEOUT} s", flush=True)
        os.killpg(p.pid, signal.SIGKILL)
        out, err = p.communicate()
    return subprocess.CompletedProcess(command, p.returncode, out, err)


def without(out, name, path):
    """The output without lines that the file says cannot be compared in this test."""
    if not path:
        return out
    with open(path, encoding="utf-8") as f:
        rows = [line.rstrip("\n").partition(": ") for line in f if line.strip() and line[0] != "#"]
    ignored = [re.compile(pattern) for test, _, pattern in rows if test in ("*", name)]
    lines = out.decode(errors="replace").split("\n")
    return [line for line in lines if not any(p.fullmatch(line) for p in ignored)]


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("-o", action="append", default=[], help="a word for the emulator's command line")
    p.add_argument("-x", metavar="FILE", help="lines that are not compared")
    p.add_argument("emulator")
    p.add_argument("command", nargs=argparse.REMAINDER)
    a = p.parse_args()
    if platform.machine() != "x86_64" and not os.environ.get("MYNAH_NATIVE"):
        print("needs an x86_64 host to compare with")
        return 77
    if not os.path.exists(a.command[0]):
        print(f"{a.command[0]} is not installed")
        return 77
    want = run(a.command)
    if want.returncode == 77:
        print(want.stdout.decode(errors="replace"))
        return 77
    got = run([a.emulator] + a.o + a.command)
    name = os.path.basename(a.command[0]).removeprefix("user-")
    for r in want, got:
        r.stdout, r.stderr = without(r.stdout, name, a.x), without(r.stderr, name, a.x)
    bad = [name for name in ("returncode", "stdout", "stderr") if getattr(want, name) != getattr(got, name)]
    for name in bad:
        print(f"{name}: native {getattr(want, name)!r}\n{' ' * len(name)}  ours   {getattr(got, name)!r}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())

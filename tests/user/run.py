#!/usr/bin/env python3
"""run.py EMULATOR [-o OPTION]... PROGRAM [ARG]...: the program natively and under us: same output, same end."""
# SPDX-License-Identifier: MIT
import argparse
import os
import platform
import subprocess
import sys

TIMEOUT = 240


def run(command):
    return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          timeout=TIMEOUT, env=dict(os.environ, LC_ALL="C"))


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("-o", action="append", default=[], help="a word for the emulator's command line")
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
    bad = [name for name in ("returncode", "stdout", "stderr") if getattr(want, name) != getattr(got, name)]
    for name in bad:
        print(f"{name}: native {getattr(want, name)!r}\n{' ' * len(name)}  ours   {getattr(got, name)!r}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())

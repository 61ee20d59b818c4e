#!/usr/bin/env python3
"""test-lockstep.py EMULATOR GUEST: comparisons end with a program's second thread, which is said once, and it goes on."""
# SPDX-License-Identifier: MIT
import subprocess
import sys
import tempfile


def main():
    emulator, guest = sys.argv[1:]
    with tempfile.NamedTemporaryFile("r") as log:
        r = subprocess.run([emulator, "-d", "lockstep", "-D", log.name, guest], capture_output=True, text=True, timeout=120)
        lines = log.read().splitlines()
    print(r.stdout + r.stderr, *lines, sep="\n")
    said = [line for line in lines if "there is a second thread" in line]
    ok = (r.returncode, r.stderr) == (0, "") and "children: 1200\n" in r.stdout and len(said) == 1
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())

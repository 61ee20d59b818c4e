#!/usr/bin/env python3
"""run.py ACCEL-OPTIONS KERNEL EMULATOR...: boots a test kernel; passes when it exits with code 0 and prints nothing."""
# SPDX-License-Identifier: MIT
import subprocess
import sys

PASS = 1  # isa-debug-exit turns code n into (n << 1) | 1
TIMEOUT = 600


def main(options, kernel, *emulator):
    argv = [*emulator, "-accel", "tcg," + options, "-m", "64", "-kernel", kernel, "-no-reboot", "-display", "none",
            "-serial", "stdio", "-device", "isa-debug-exit,iobase=0xf4,iosize=4"]
    p = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        out = p.communicate(timeout=TIMEOUT)[0]
    except subprocess.TimeoutExpired:
        print(f"has not ended after {TIMEOUT} s")
        p.kill()
        out = p.communicate()[0]
    print(out.decode("latin1"), end="")
    if p.returncode != PASS or out:
        sys.exit(f"{' '.join(argv)}: status {p.returncode}, wanted {PASS}")


if __name__ == "__main__":
    main(*sys.argv[1:])

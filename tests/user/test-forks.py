#!/usr/bin/env python3
"""test-forks.py EMULATOR GUEST: what one child has translated, the next one does not translate again (opt "forks")."""
# SPDX-License-Identifier: MIT
import re
import subprocess
import sys
import tempfile


def units(emulator, accel, guest):
    """Of each process, in the order of their ends: those that it had at its end, its parent's before the fork among them."""
    with tempfile.NamedTemporaryFile("r") as log:
        subprocess.run([emulator, "-accel", accel, "-d", "stats", "-D", log.name, guest], check=True, timeout=120, stdout=subprocess.PIPE)
        return [int(n) for n in re.findall(r"^  units +(\d+)$", log.read(), re.M)]


def main():
    emulator, guest = sys.argv[1:]
    on, off = (units(emulator, "tcg,cache=off" + opt, guest) for opt in ("", ",opt-forks=off"))
    print("on:", on, "\noff:", off)
    # The last children do what the process never does.
    more = [u[-2] - u[-1] for u in (on, off)]
    return 0 if more[0] < 30 and more[1] > 100 else 1


if __name__ == "__main__":
    sys.exit(main())

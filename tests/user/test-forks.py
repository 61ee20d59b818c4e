#!/usr/bin/env python3
"""test-forks.py EMULATOR GUEST: what one child has translated and linked, the next one need not (opt "forks")."""
# SPDX-License-Identifier: MIT
import re
import subprocess
import sys
import tempfile


def counts(emulator, accel, guest):
    """Units and links of each process, in the order of their ends: those that it had made at its end, its parent's before the fork among them."""
    with tempfile.NamedTemporaryFile("r") as log:
        subprocess.run([emulator, "-accel", accel, "-d", "stats", "-D", log.name, guest], check=True, timeout=120, stdout=subprocess.PIPE)
        text = log.read()
    return [[int(n) for n in re.findall(rf"^  {what} +(\d+)$", text, re.M)] for what in ("units", "links")]


def main():
    emulator, guest = sys.argv[1:]
    on, off = (counts(emulator, "tcg,cache=off" + opt, guest) for opt in ("", ",opt-forks=off"))
    # The last children do what the process never does.
    units, links = ([c[i][-2] - c[i][-1] for c in (on, off)] for i in (0, 1))
    print("on:", on, "\noff:", off, "\nmore units, on and off:", units, "\nmore links:", links)
    return 0 if units[0] < 30 and units[1] > 100 and links[0] < 30 and links[1] > 100 else 1


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""test-pages.py EMULATOR GUEST: what pages of the host that are larger than the guest's make impossible is said, and refused."""
# SPDX-License-Identifier: MIT
import os
import re
import subprocess
import sys

EINVAL = -22
WANT = {"shared mapping beside another": 2, "shared mapping of such an offset": 1, "mapping beside a shared one": 1, "mapping that grows": 1}


def main():
    emulator, guest = sys.argv[1:]
    r = subprocess.run([emulator, "-d", "unimp", guest, "refused"], capture_output=True, text=True, timeout=120,
                       env=dict(os.environ, MYNAH_HOST_PAGE="65536"))
    results = [int(n) for n in re.findall(r"^  = (-?\d+)$", r.stdout, re.M)]
    said = {text: r.stderr.count("a " + text) for text in WANT}
    print(r.stdout + r.stderr)
    ok = r.returncode == 0 and results == [EINVAL, EINVAL, EINVAL, 16, EINVAL, -1] and said == WANT
    lines = r.stdout.strip().split("\n")[-3:]
    ok &= lines[1].split() == [str(n) for n in range(100, 116)] and set(lines[0].split() + lines[2].split()) == {"0"}
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())

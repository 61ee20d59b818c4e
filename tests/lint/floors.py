#!/usr/bin/env python3
"""Floors: a folder includes only headers of lower floors, and no other folder's -internal.h."""
# SPDX-License-Identifier: MIT
import pathlib
import re
import sys

FLOORS = ["util", "trace", "fpu tcg memory backends", "cpu plugins hw/core", "hw target/x86", "accel",
          "accel/tcg accel/kvm hw/x86", "gdbstub monitor", "linux-user softmmu"]
RANK = {d: n for n, row in enumerate(FLOORS) for d in row.split()}
BAN = {("accel/tcg", "target/x86"), ("accel/tcg", "hw"), ("accel/tcg", "hw/core"), ("gdbstub", "target/x86"),
       ("linux-user", "hw"), ("linux-user", "hw/core")}


def home(path):
    return max((d for d in RANK if path.startswith(d + "/")), key=len, default=None)


def check(root):
    bad = []
    for f in sorted(list(root.rglob("*.[ch]")) + list(root.rglob("*.def"))):
        name = str(f.relative_to(root))
        if name.startswith("build"):
            continue
        a = home(name)
        for inc in re.findall(r'^#include "([^"]+)"', f.read_text(), re.M):
            b = home(inc)
            if a and b and a != b and (RANK[b] >= RANK[a] or (a, b) in BAN):
                bad.append(f"{name}: {a} may not include {inc}")
            if a and b and a != b and inc.endswith("-internal.h"):
                bad.append(f"{name}: {inc} is private to {b}")
    return bad


if __name__ == "__main__":
    sys.exit("\n".join(check(pathlib.Path(sys.argv[1]))) or 0)

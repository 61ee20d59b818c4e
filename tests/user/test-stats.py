#!/usr/bin/env python3
"""test-stats.py EMULATOR GUEST: what -d stats says of a program whose every instruction is known."""
# SPDX-License-Identifier: MIT
import re
import subprocess
import sys
import tempfile


def stats(emulator, accel, guest):
    with tempfile.NamedTemporaryFile("r") as log:
        subprocess.run([emulator, "-accel", accel, "-d", "stats", "-D", log.name, guest], check=True, timeout=120)
        text = log.read()
    return {m[1]: float(m[2]) for m in re.finditer(r"^ *(\S.*?) +([\d.]+)$", text, re.M)}


def main():
    emulator, guest = sys.argv[1:]
    bad = []
    for accel in "tcg", "tcg,backend=interp", "tcg,opt-fold=off,opt-trace=off", "tcg,opt-join=off", "tcg,one-insn-per-tb=on":
        got = stats(emulator, accel, guest)
        want = {"guest instructions run": 8754, "accesses to memory": 2250, "indirect branches": 1000}
        bad += [f"{accel}: {k}: {got.get(k)}, not {v}" for k, v in want.items() if got.get(k) != v]
        leave = 100 * got["of these for indirect jumps"] / 1000
        if got["% of indirect that leave"] != round(leave, 2) or leave >= 1:
            bad.append(f"{accel}: {got['% of indirect that leave']} % of indirect branches leave, or {leave}")
        if got["look-ups per 1000 insns"] != round(got["look-ups"] / 8.754, 2):
            bad.append(f"{accel}: {got['look-ups per 1000 insns']} look-ups per 1000 instructions of {got['look-ups']}")
        if not got["ns an instruction"] or not got["host bytes / guest bytes"]:
            bad.append(f"{accel}: no figures of translation")
    if "guest instructions run" in stats(emulator, "tcg,count=off", guest):
        bad.append("count=off counts")
    print("\n".join(bad))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""vectors.py roundtrip TEST-DIFF: what is recorded is replayed, and a damaged file is found out.
vectors.py replay TEST-DIFF [WRAPPER ...]: each *.vec of the folder that MYNAH_DIFF_VECTORS names, through the back end alone.

Exit status 77: this host cannot record; there is no such folder.
"""
# SPDX-License-Identifier: MIT
import os
import pathlib
import subprocess
import sys
import tempfile


def run(command, *options):
    r = subprocess.run([*command, *map(str, options)], capture_output=True, text=True)
    return r.returncode, r.stdout + r.stderr


def expect(what, good, output):
    if not good:
        sys.exit(f"{what}:\n{output[-2000:]}")


def roundtrip(program):
    with tempfile.TemporaryDirectory() as folder:
        vec = pathlib.Path(folder, "all.vec")
        for options in ("--cases", 20000), ("--cases", 5000, "--insns", 6, "--rows", "[a-m]*", "--seed", 77):
            status, out = run([program], "--backend", "interp", "--record", vec, *options)
            if status == 77:
                sys.exit(77)
            expect("--record", status == 0, out)
            first = out.splitlines()[0]
            status, out = run([program], "--replay", vec)
            expect("--replay", status == 0 and out.startswith(first), first + "\n" + out)
        good = vec.read_bytes()
        bad = {
            "ends before its last case": good[:len(good) // 2],
            "no file of vectors": b"x" + good[1:],
            "another case here": good[:8] + bytes([good[8] ^ 1]) + good[9:],  # the seed
        }
        for why, content in bad.items():
            vec.write_bytes(content)
            status, out = run([program], "--replay", vec)
            lines = out.splitlines()
            damaged = why == "ends before its last case" and "damaged" in out
            expect(why, status == 1 and len(lines) == 1 and str(vec) in out and (why in out or damaged), out)
        # One bit of the last value that the file has: of a register, or memory, behind the last case.
        flipped = bytearray(good)
        while flipped and flipped[-1] == 0:
            flipped.pop()
        flipped[-1] ^= 1
        vec.write_bytes(flipped + good[len(flipped):])
        status, out = run([program], "--replay", vec)
        expect("a wrong outcome is found", status == 1, out)
        status, out = run([program], "--replay", folder + "/none")
        expect("no such file", status == 1 and out.count("\n") == 1, out)


def replay(command):
    folder = os.environ.get("MYNAH_DIFF_VECTORS")
    files = sorted(pathlib.Path(folder).glob("*.vec")) if folder else []
    if not files:
        sys.exit(77)
    worst = 0
    for vec in files:
        status, out = run(command, "--backend", "native", "--replay", vec)
        print(f"{vec.name}: {out}", flush=True)
        worst = max(worst, status)
    sys.exit(worst)


def main(what, program, *wrapper):
    roundtrip(program) if what == "roundtrip" else replay([*wrapper, program])


if __name__ == "__main__":
    main(*sys.argv[1:])

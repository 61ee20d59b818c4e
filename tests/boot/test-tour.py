#!/usr/bin/env python3
"""The output that docs/tour.md quotes is what the program prints for tests/boot/tour.S.

usage: test-tour.py BINUTILS-PREFIX PROGRAM TOUR.S TOUR.md [--write]

A quotation is a fenced block whose info string is `text KIND ADDRESS [LINES]`: KIND is in_asm, op,
op_opt, out_asm or mmu, LINES limits it to so many. --write puts the present output there. out_asm
depends on the host and is written but not compared.
"""
# SPDX-License-Identifier: MIT
import pathlib
import re
import subprocess
import sys
import tempfile

TITLES = {"IN:": "in_asm", "OP:": "op", "OP after optimization:": "op_opt", "OUT:": "out_asm"}
BLOCK = re.compile(r"^```text (\w+) (0x[0-9a-f]+)(?: (\d+))?\n(.*?)^```$", re.M | re.S)


def run_guest(prefix, program, source):
    """The log of the guest."""
    with tempfile.TemporaryDirectory(prefix="mynah-") as folder:
        obj, elf, log = (f"{folder}/{n}" for n in ("tour.o", "tour.elf", "log"))
        subprocess.run([prefix + "as", "--64", "-o", obj, source], check=True)
        subprocess.run([prefix + "ld", "-N", "--no-warn-rwx-segments", "-m", "elf_x86_64", "-e", "0x100000",
                        "-Ttext=0x100000", "-o", elf, obj], check=True)
        r = subprocess.run([program, "-m", "16", "-display", "none", "-serial", "null", "-device", "isa-debug-exit",
                            "-kernel", elf, "-d", "in_asm,op,op_opt,out_asm,mmu", "-D", log], timeout=100)
        if r.returncode != 3:
            sys.exit(f"the guest ended with status {r.returncode}, not 3")
        return pathlib.Path(log).read_text()


def sections(log):
    """(kind, address as text) -> lines."""
    found, at = {}, None
    for line in re.findall(r"^mmu: .*", log, re.M):
        found.setdefault(("mmu", line.split()[2]), [line])
    for title, body in re.findall(r"^(" + "|".join(TITLES) + r")\n(.*?)\n\n", log, re.M | re.S):
        lines = [l for l in body.splitlines() if not l.startswith("mmu: ")]
        if title == "IN:":
            at = f"{int(lines[0].split(':')[0], 16):#x}"
        found.setdefault((TITLES[title], at), lines[1:] if title == "OUT:" else lines)
    return found


def quotation(m, found):
    """The block as it should be."""
    kind, at, limit = m[1], m[2], int(m[3] or 0)
    lines = found.get((kind, at))
    if lines is None:
        sys.exit(f"{kind} {at}: the program printed no such thing")
    if limit and len(lines) > limit:
        lines = lines[:limit] + ["  ..."]
    return "\n".join([m[0].split("\n")[0], *lines, "```"])


def main(prefix, program, source, doc, *options):
    found, doc = sections(run_guest(prefix, program, source)), pathlib.Path(doc)
    old = doc.read_text()
    if "--write" in options:
        doc.write_text(BLOCK.sub(lambda m: quotation(m, found), old))
        return
    blocks = [m for m in BLOCK.finditer(old) if m[1] != "out_asm"]
    bad = [m for m in blocks if m[0] != quotation(m, found)]
    for m in bad:
        print(f"docs/tour.md has\n{m[0]}\nthe program prints\n{quotation(m, found)}")
    if bad or not blocks:
        sys.exit("docs/tour.md does not quote what the program prints: run test-tour.py with --write")


main(*sys.argv[1:])

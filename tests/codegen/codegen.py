#!/usr/bin/env python3
"""Golden host code: guest instructions, and the host instructions that they become.

codegen.py [--bless] PREFIX DUMP FILE...: PREFIX is that of the binutils to use, "" or "x86_64-linux-gnu-"; DUMP is dump.c's
program. A file has comments (#), blank lines, perhaps a line `host: LEVEL` (v3 if there is none), and entries: guest
instructions in Intel syntax, one a line, then what they become, indented. `target` is an address that branches may go to.
Behind an entry all flags are overwritten, so those that it leaves are dead. The hot path is shown, without the head of the
unit, and without the jump to the next unit where the guest has none. --bless writes the files anew.
"""
# SPDX-License-Identifier: MIT
import difflib
import pathlib
import re
import subprocess
import sys
import tempfile

# What the host's CPU is said to have, as util/host-features.def names it.
LEVELS = {
    "v1": "",
    "v3": "sse3,ssse3,sse4.1,sse4.2,popcnt,cx16,lahf_lm,avx,avx2,bmi1,bmi2,f16c,fma,lzcnt,movbe",
}
MODES = {"system": [], "user": ["--direct"]}
ENV, ENV_BIAS = "r14", 0x38  # of tcg/x86_64-internal.h
ROOM = 0x1000  # for an entry
TARGET = 0x70  # in reach of one byte


class Entry:
    """Guest instructions; `at`: the line of the file behind them."""

    def __init__(self, at):
        self.at, self.guest = at, []


def parse(path):
    """The lines that are not expected output, the entries, the level."""
    lines, entries, level = [], [], "v3"
    for line in path.read_text().splitlines():
        if line.startswith((" ", "\t")):
            continue
        if m := re.match(r"host: (\w+)$", line):
            level = m[1]
        elif line and not line.startswith("#"):
            if not entries or entries[-1].at != len(lines):
                entries.append(Entry(len(lines)))
            entries[-1].guest.append(line)
            entries[-1].at = len(lines) + 1
        lines.append(line)
    return lines, entries, level


def assemble(prefix, path, entries):
    """The bytes of each entry."""
    text = [".intel_syntax noprefix\n"]
    for n, e in enumerate(entries):
        body = re.sub(r"\btarget\b", f"target_{n}", "\n".join(e.guest))
        text.append(f"start_{n}:\n{body}\nend_{n}:\n.org {n * ROOM + TARGET}\ntarget_{n}:\n.org {(n + 1) * ROOM}\n")
    with tempfile.TemporaryDirectory() as folder:
        obj, image = folder + "/all.o", folder + "/all.bin"
        r = subprocess.run([prefix + "as", "--64", "-o", obj, "-"], input="".join(text), text=True, capture_output=True)
        if r.returncode:
            sys.exit(f"{path}: {r.stderr}")
        subprocess.run([prefix + "objcopy", "-O", "binary", "-j", ".text", obj, image], check=True)
        symbols = subprocess.run([prefix + "nm", obj], check=True, capture_output=True, text=True).stdout
        code = pathlib.Path(image).read_bytes()
    ends = {int(n): int(a, 16) for a, n in re.findall(r"^(\w+) t end_(\d+)$", symbols, re.M)}
    return [code[n * ROOM:ends[n]] for n in range(len(entries))]


class Unit:
    """What dump says of one entry."""

    def __init__(self):
        self.helpers, self.exits, self.insns, self.ended = {}, {}, [], False

    def target(self, value, labels):
        """The name of where a branch goes."""
        if value in self.helpers:
            return self.helpers[value]
        if value in self.exits:
            return f"exit{self.exits[value]}"
        if value <= self.insns[-1][0]:
            return f".{labels.setdefault(value, len(labels) + 1)}"
        return "thunk" if value >> 63 or value > 1 << 20 else "slow"

    def listing(self, fields):
        """(offset, text) of each instruction with addresses by name, and labels."""
        labels, out = {}, []
        for at, text in self.insns:
            if m := re.match(r"(j\w+|call) 0x(\w+)$", text):
                text = f"{m[1]} {self.target(int(m[2], 16), labels)}"
            text = re.sub(rf"\[{ENV}(?: ([+-]) (\w+))?\]", lambda m: field(fields, ENV_BIAS + int((m[1] or "+") + (m[2] or "0"), 0)), text)
            text = re.sub(r"\brip [+-] \w+", "rip + ?", text)
            text = re.sub(r"\b0x(?:5[56]|7f)\w{10}\b", "HOST", text)
            out.append((at, text.strip()))
        return out, labels


def field(fields, offset):
    for at, size, name in fields:
        if at <= offset < at + size:
            return f"[env.{name}{f' + {offset - at}' if offset > at else ''}]"
    return "[env.?]"


def run_dump(program, mode, level, codes, counts):
    lines = "".join(f"{c.hex()} {n}\n" for c, n in zip(codes, counts))
    r = subprocess.run([program, *MODES[mode], LEVELS[level]], input=lines, capture_output=True, text=True)
    if r.returncode:
        sys.exit(f"{program}: status {r.returncode}\n{r.stderr}")
    fields, units, u = [], [], Unit()
    for line in r.stdout.splitlines():
        word, rest = line.split(" ", 1)
        if word == "env":
            at, size, name = rest.split(" ")
            fields.append((int(at), int(size), name))
        elif word == "helper":
            target, name = rest.split(" ")
            u.helpers[int(target, 16)] = name
        elif word == "exit":
            slot, _, target = rest.split(" ")
            u.exits[int(target, 16)] = int(slot)
        elif word == "insn":
            at, text = rest.split(":", 1)
            u.insns.append((int(at, 16), text.strip()))
        elif word == "end":
            u.ended = rest == "1"
            units.append(u)
            u = Unit()
    return fields, units


def head_length(nop, fields):
    """The head is what a unit of one NOP has in front of its jump to the next."""
    insns, _ = nop.listing(fields)
    while insns and re.match(r"jmp exit|nop\b", insns[-1][1]):
        insns.pop()
    return len(insns)


def code_of(unit, fields, head):
    """The lines of the entry, and how many instructions they are."""
    insns, labels = unit.listing(fields)
    insns = insns[head:]
    if not unit.ended and insns and insns[-1][1].startswith("jmp exit"):
        insns.pop()
    insns = [i for i in insns if not re.match(r"nop\b", i[1])]  # where they are needed depends on the offset
    lines = []
    for at, text in insns:
        if at in labels:
            lines.append(f"      .{labels[at]}:")
        lines.append(f"        {text}")
    return lines, len(insns)


def host_code(program, level, codes, counts):
    """For each entry, its indented lines."""
    found = []
    for mode in MODES:
        fields, (empty, *units) = run_dump(program, mode, level, [b"\x90", *codes], [1, *counts])
        head = head_length(empty, fields)
        found.append([code_of(u, fields, head) for u in units])
    out = []
    for system, user in zip(*found):
        if system == user:
            out.append([f"    system, user: {system[1]}", *system[0]])
        else:
            out.append([f"    system: {system[1]}", *system[0], f"    user: {user[1]}", *user[0]])
    return out


def render(prefix, program, path):
    lines, entries, level = parse(path)
    if level not in LEVELS:
        sys.exit(f"{path}: 'host: {level}': there are {', '.join(LEVELS)}")
    codes = assemble(prefix, path, entries)
    counts = [sum(len([i for i in g.split(";") if i.strip()]) for g in e.guest) for e in entries]
    for e, text in reversed(list(zip(entries, host_code(program, level, codes, counts)))):
        lines[e.at:e.at] = text
    return "\n".join(lines) + "\n", len(entries)


def main(*args):
    bless = args[0] == "--bless"
    prefix, program, *paths = args[bless:]
    wrong = total = 0
    for path in map(pathlib.Path, paths):
        want, n = render(prefix, program, path)
        have = path.read_text()
        total += n
        if bless:
            path.write_text(want)
        elif want != have:
            wrong += 1
            sys.stdout.writelines(difflib.unified_diff(have.splitlines(True), want.splitlines(True), str(path), "now"))
    print(f"{total} entries" + ("" if bless else f", {wrong} files differ"))
    if wrong:
        print("Faster or slower? If it is what the change is for, write the files anew: docs/testing.md, 'Expected output'.")
    sys.exit(wrong != 0)


if __name__ == "__main__":
    main(*sys.argv[1:])

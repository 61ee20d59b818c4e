#!/usr/bin/env python3
"""Golden host code: guest instructions, and the host instructions that they become.

codegen.py [--bless] PREFIX HOST DUMP FILE...: PREFIX is that of the binutils to use, "" or "x86_64-linux-gnu-"; DUMP is
dump.c's program with the back end of HOST. A file has comments (#), blank lines, perhaps a line `host: LEVEL` (else the
HOST's default), perhaps `vcpus: 2` (accesses are ordered), and entries: guest instructions in Intel syntax, one a line, then
what they become, indented. `target` is an address that branches may go to.
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



class Host:
    """One for which there is code. levels: what its CPU is said to have, as util/host-features.def names it; the first is the
    default. env, bias: the env register and where it points to; branch: what is in front of an address."""

    def __init__(self, levels, env, bias, branch, jump, nop):
        self.levels, self.env, self.bias, self.branch, self.jump, self.nop = levels, env, bias, branch, jump, nop


HOSTS = {
    "x86_64": Host(
        {"v3": "sse3,ssse3,sse4.1,sse4.2,popcnt,cx16,lahf_lm,avx,avx2,bmi1,bmi2,f16c,fma,lzcnt,movbe", "v1": ""},
        "r14", 0x38,  # of tcg/x86_64-internal.h
        r"((?:j\w+|call) )(0x\w+)$", "jmp", r"nop\b"),
    "aarch64": Host(
        {"v9": "aes,pmull,sha1,sha2,crc32,atomics,asimdhp,jscvt,lrcpc,uscat,ilrcpc,flagm,flagm2,frint,afp",
         "neoverse-n1": "aes,pmull,sha1,sha2,crc32,atomics,asimdhp,lrcpc", "cortex-a72": "aes,pmull,sha1,sha2,crc32"},
        "x28", 0, r"((?:b|bl|b\.\w+|cbn?z \w+,|tbn?z \w+, #\w+,|adr \w+,|ldr \w+,) )#(\w+)$", "b", r"nop\b"),
}
MODES = {"system": [], "user": ["--direct"]}
ROOM = 0x1000  # for an entry
TARGET = 0x70  # in reach of one byte


class Entry:
    """Guest instructions; `at`: the line of the file behind them."""

    def __init__(self, at):
        self.at, self.guest = at, []


def parse(path):
    """The lines that are not expected output, the entries, what is said of the host."""
    lines, entries, said = [], [], {"host": None, "vcpus": "1"}
    for line in path.read_text().splitlines():
        if line.startswith((" ", "\t")):
            continue
        if m := re.match(r"(host|vcpus): (\S+)$", line):
            said[m[1]] = m[2]
        elif line and not line.startswith("#"):
            if not entries or entries[-1].at != len(lines):
                entries.append(Entry(len(lines)))
            entries[-1].guest.append(line)
            entries[-1].at = len(lines) + 1
        lines.append(line)
    return lines, entries, said


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

    def listing(self, host, fields):
        """(offset, text) of each instruction with addresses by name, and labels."""
        labels, out = {}, []
        for at, text in self.insns:
            if m := re.match(host.branch, text):
                text = m[1] + self.target(int(m[2], 0), labels)
            text = re.sub(rf"\[{host.env}(?:(?: |, #)([+-]?) ?(\w+))?\]",
                          lambda m: field(fields, host.bias + int((m[1] or "+") + (m[2] or "0"), 0)), text)
            text = re.sub(r"\brip [+-] \w+", "rip + ?", text)
            text = re.sub(r"\b0x(?:5[56]|7f)\w{10}\b", "HOST", text)
            out.append((at, text.strip()))
        return out, labels


def field(fields, offset):
    for at, size, name in fields:
        if at <= offset < at + size:
            return f"[env.{name}{f' + {offset - at}' if offset > at else ''}]"
    return "[env.?]"


def run_dump(program, args, codes, counts):
    lines = "".join(f"{c.hex()} {n}\n" for c, n in zip(codes, counts))
    r = subprocess.run([program, *args], input=lines, capture_output=True, text=True)
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


def head_length(host, nop, fields):
    """The head is what a unit of one NOP has in front of its jump to the next."""
    insns, _ = nop.listing(host, fields)
    while insns and re.match(rf"{host.jump} exit|{host.nop}", insns[-1][1]):
        insns.pop()
    return len(insns)


def code_of(host, unit, fields, head):
    """The lines of the entry, and how many instructions they are."""
    insns, labels = unit.listing(host, fields)
    insns = insns[head:]
    if not unit.ended and insns and insns[-1][1].startswith(host.jump + " exit"):
        insns.pop()
    insns = [i for i in insns if not re.match(host.nop, i[1])]  # where they are needed depends on the offset
    lines = []
    for at, text in insns:
        if at in labels:
            lines.append(f"      .{labels[at]}:")
        lines.append(f"        {text}")
    return lines, len(insns)


def host_code(host, program, said, codes, counts):
    """For each entry, its indented lines."""
    found = []
    for mode in MODES:
        args = [*MODES[mode], *(["--ordered"] if said["vcpus"] != "1" else []), host.levels[said["host"]]]
        fields, (empty, *units) = run_dump(program, args, [b"\x90", *codes], [1, *counts])
        head = head_length(host, empty, fields)
        found.append([code_of(host, u, fields, head) for u in units])
    out = []
    for system, user in zip(*found):
        if system == user:
            out.append([f"    system, user: {system[1]}", *system[0]])
        else:
            out.append([f"    system: {system[1]}", *system[0], f"    user: {user[1]}", *user[0]])
    return out


def render(prefix, host, program, path):
    lines, entries, said = parse(path)
    said["host"] = said["host"] or next(iter(host.levels))
    if said["host"] not in host.levels:
        sys.exit(f"{path}: 'host: {said['host']}': there are {', '.join(host.levels)}")
    codes = assemble(prefix, path, entries)
    counts = [sum(len([i for i in g.split(";") if i.strip()]) for g in e.guest) for e in entries]
    for e, text in reversed(list(zip(entries, host_code(host, program, said, codes, counts)))):
        lines[e.at:e.at] = text
    return "\n".join(lines) + "\n", len(entries)


def main(*args):
    bless = args[0] == "--bless"
    prefix, name, program, *paths = args[bless:]
    wrong = total = 0
    for path in map(pathlib.Path, paths):
        want, n = render(prefix, HOSTS[name], program, path)
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

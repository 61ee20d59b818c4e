#!/usr/bin/env python3
"""Assembles all snippets into one flat image and a manifest.

assemble.py PREFIX OUTDIR SNIPPET.S ...: makes OUTDIR/image.bin, the code of all of them, and
OUTDIR/manifest.txt: for each snippet a line `snippet NAME START LENGTH BITS PATH` (where in the
image), then its `in`, `out` and `host` lines as they stand in the file. A file that has `case: NAME` lines
is a snippet for each, with the lines up to the next one and those before the first; a line `case NAME` says so. Each is linked for
CODE_BASE: addresses in it do not depend on the others. PREFIX is that of the binutils to use, "" or
"x86_64-linux-gnu-".
"""
# SPDX-License-Identifier: MIT
import pathlib
import re
import subprocess
import sys

CODE_BASE = 0x10000000
SYMBOLS = {"data": 0x20000000, "stack": 0x20011000, "rodata": 0x20020000}


def header(path):
    """The `# word: text` lines that open the file."""
    found = []
    for line in path.read_text().splitlines():
        m = re.match(r"#\s*(in|out|why|bits|host|case):\s*(.*)", line)
        if m:
            found.append((m[1], m[2]))
        elif not line.startswith("#"):
            break
    return found


def cases(path):
    """[(name, lines of the header)]: one, or one for each `case`."""
    name, common, found = f"{path.parent.name}/{path.stem}", [], []
    for word, text in header(path):
        if word == "case":
            found.append((f"{name}-{text}", list(common)))
        (found[-1][1] if found else common).append((word, text))
    return found or [(name, common)]


def main():
    prefix, out = sys.argv[1], pathlib.Path(sys.argv[2])
    snippets = [pathlib.Path(p) for p in sorted(sys.argv[3:])]
    asm = [f".set {n}, {v:#x}\n" for n, v in SYMBOLS.items()]
    bits = {}
    for i, path in enumerate(snippets):
        for name, lines in cases(path):
            for word in ("why", "out"):
                if word not in dict(lines):
                    sys.exit(f"{path}: no '# {word}:' line for {name}")
        bits[path] = dict(header(path)).get("bits", "64")
        asm.append(f".section s{i},\"ax\"\n.code{bits[path]}\n.file \"{path}\"\n.line 0\n")
        asm.append(path.read_text())
        asm.append(f"\nhlt\nend_{i}:\n.code64\n")
    (out / "all.S").write_text("".join(asm))
    overlay = "".join(f"s{i} {{ *(s{i}) }}\n" for i in range(len(snippets)))
    (out / "all.ld").write_text(f"SECTIONS {{ OVERLAY {CODE_BASE:#x} : AT(0) {{\n{overlay}}}\n"
                                "/DISCARD/ : { *(.note*) } }\n")
    run = lambda *cmd: subprocess.run([prefix + cmd[0], *map(str, cmd[1:])], check=True,
                                      stdout=subprocess.PIPE, text=True).stdout
    run("as", "--64", "-o", out / "all.o", out / "all.S")
    run("ld", "--no-warn-rwx-segments", "--no-check-sections", "-T", out / "all.ld", "-e", "0",
        "-o", out / "all.elf", out / "all.o")
    run("objcopy", "-O", "binary", out / "all.elf", out / "image.bin")
    sections = run("objdump", "-h", out / "all.elf")
    load = dict(re.findall(r"^ *\d+ (s\d+) +\w+ +\w+ +(\w+)", sections, re.M))
    syms = {n: int(a, 16) for a, _, n in map(str.split, run("nm", out / "all.elf").splitlines())}
    with open(out / "manifest.txt", "w") as f:
        for i, path in enumerate(snippets):
            for name, lines in cases(path):
                f.write(f"snippet {name} 0x{load[f's{i}']} {syms[f'end_{i}'] - CODE_BASE:#x} {bits[path]} {path.resolve()}\n")
                for word, text in lines:
                    if word in ("in", "out", "host", "case"):
                        f.write(f"{word} {text}\n")


main()

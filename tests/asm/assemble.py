#!/usr/bin/env python3
"""Assembles all snippets into one flat image and a manifest. SPDX-License-Identifier: MIT

assemble.py PREFIX OUTDIR SNIPPET.S ...: makes OUTDIR/image.bin, the code of all of them, and
OUTDIR/manifest.txt: for each snippet a line `snippet NAME START LENGTH BITS PATH` (where in the
image), then its `in`, `out` and `host` lines as they stand in the file. Each snippet is linked for
CODE_BASE: addresses in it do not depend on the others. PREFIX is that of the binutils to use, "" or
"x86_64-linux-gnu-".
"""
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
        m = re.match(r"#\s*(in|out|why|bits|host):\s*(.*)", line)
        if m:
            found.append((m[1], m[2]))
        elif not line.startswith("#"):
            break
    return found


def name_of(path):
    return f"{path.parent.name}/{path.stem}"


def main():
    prefix, out = sys.argv[1], pathlib.Path(sys.argv[2])
    snippets = [pathlib.Path(p) for p in sorted(sys.argv[3:])]
    asm = [f".set {n}, {v:#x}\n" for n, v in SYMBOLS.items()]
    bits = {}
    for i, path in enumerate(snippets):
        head = dict(header(path))
        for word in ("why", "out"):
            if word not in head:
                sys.exit(f"{path}: no '# {word}:' line")
        bits[path] = head.get("bits", "64")
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
            f.write(f"snippet {name_of(path)} 0x{load[f's{i}']} "
                    f"{syms[f'end_{i}'] - CODE_BASE:#x} {bits[path]} {path.resolve()}\n")
            for word, text in header(path):
                if word in ("in", "out", "host"):
                    f.write(f"{word} {text}\n")


main()

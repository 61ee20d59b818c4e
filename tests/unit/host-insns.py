#!/usr/bin/env python3
"""The words of a64-insns.def and rv64-insns.def against GNU as: host-insns.py AS FILE [--write]."""
# SPDX-License-Identifier: MIT
import pathlib
import re
import subprocess
import sys
import tempfile

# by the name of the table: what comes before the instructions, and what objdump is told
ASSEMBLERS = {
    "a64": (".arch armv8.5-a+crypto", []),
    "rv64": (".option norvc\n.option norelax", ["-M", "no-aliases"]),
}
ROW = re.compile(r'^INSN\((0x[0-9a-f]+), "([^"]*)"', re.M)


def assemble(tool, host, texts):
    head, options = ASSEMBLERS[host]
    with tempfile.TemporaryDirectory() as d:
        obj = pathlib.Path(d) / "a.o"
        source = head + "\n" + "\n".join(texts) + "\n"
        subprocess.run([tool, "-o", obj, "-"], input=source, text=True, check=True)
        out = subprocess.run([tool.removesuffix("as") + "objdump", "-d", *options, obj], capture_output=True, text=True, check=True)
    return [int(w, 16) for w in re.findall(r"^ *[0-9a-f]+:\t([0-9a-f]{8})", out.stdout, re.M)]


def main():
    tool, file = sys.argv[1], pathlib.Path(sys.argv[2])
    text = file.read_text()
    rows = ROW.findall(text)
    words = iter(assemble(tool, file.name.split("-")[0], [r[1] for r in rows]))
    new = ROW.sub(lambda m: m.group(0).replace(m.group(1), f"0x{next(words):08x}", 1), text)
    if "--write" in sys.argv:
        file.write_text(new)
    elif new != text:
        sys.exit(f"{file}: words differ from those of {tool}: run it with --write, and look at the difference")


main()

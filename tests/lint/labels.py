#!/usr/bin/env python3
"""Labels of assembly that C names are global: a local one is lost when the linker makes the code (-flto)."""
# SPDX-License-Identifier: MIT
import pathlib
import re
import subprocess
import sys


def main():
    root = pathlib.Path(sys.argv[1])
    names = subprocess.run(["git", "-C", root, "ls-files", "*.c", "*.h", ":!tests"], capture_output=True, text=True, check=True).stdout.split()
    texts = {n: (root / n).read_text() for n in names}
    words = set()
    for text in texts.values():
        words |= set(re.findall(r"\w+", re.sub(r"/\*.*?\*/|\"(?:\\.|[^\"\\])*\"", " ", text, flags=re.S)))
    labels = [(n, label) for n, text in texts.items() for label in re.findall(r'"(\w*[a-zA-Z_]\w*):\\n"', text)
              if not re.search(rf'"\.globl [^"]*\b{label}\b', text)]
    bad = [f"{n}: {label} is a local label of assembly, and C names it" for n, label in labels if label in words]
    print(f"{len(labels)} local labels", *bad, sep="\n")
    return 1 if bad or not labels else 0


if __name__ == "__main__":
    sys.exit(main())

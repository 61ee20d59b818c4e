#!/usr/bin/env python3
"""tree.py ROOT [--write]: docs/tree.md, the map of the tree, from the first comment of each file; and that all files are text."""
# SPDX-License-Identifier: MIT
import pathlib
import re
import subprocess
import sys

KINDS = ("*.c", "*.h", "*.def", "*.py")


def description(path):
    text = path.read_text()
    m = re.match(r'(?:#![^\n]*\n)?\s*(?:/\*\s*(.*?)(?:\*/|\n \*\n)|"""(.*?)""")', text, re.S)
    if not m:
        return ""
    text = m.group(1) or re.split(r"\n(?:\n|- |usage:|SPDX)", (m.group(2) or "").lstrip())[0]
    words = text.replace("\n *", " ").split()
    return " ".join(words)


def tree(root):
    out = subprocess.run(["git", "-C", str(root), "ls-files", *KINDS], capture_output=True, text=True, check=True)
    lines = ["# The tree", "", "Made by `tests/lint/tree.py . --write` from the first comment of each file."]
    folder = None
    for name in sorted(out.stdout.split(), key=lambda n: (str(pathlib.Path(n).parent), n)):
        p = pathlib.Path(name)
        if str(p.parent) != folder:
            folder = str(p.parent)
            lines += ["", f"## {folder}/", ""]
        lines.append(f"- `{p.name}` {description(root / name)}")
    return "\n".join(lines) + "\n"


def binaries(root):
    out = subprocess.run(["git", "-C", str(root), "ls-files", "-z"], capture_output=True, text=True, check=True)
    return [n for n in out.stdout.split("\0") if n and (root / n).is_file() and b"\0" in (root / n).read_bytes()]


if __name__ == "__main__":
    root = pathlib.Path(sys.argv[1]).resolve()
    want, file = tree(root), root / "docs/tree.md"
    if "--write" in sys.argv:
        file.write_text(want)
    elif not file.exists() or file.read_text() != want:
        sys.exit("docs/tree.md is stale: run tests/lint/tree.py . --write")
    for name in re.findall(r"^- `([^`]+)` $", want, re.M):
        sys.exit(f"{name}: begins without a comment that says what it is")
    for name in binaries(root):
        sys.exit(f"{name}: is no text; what is not source is made by the tests")

#!/usr/bin/env python3
"""Format: every C file is as clang-format leaves it (.def tables are aligned by hand)."""
# SPDX-License-Identifier: MIT
import pathlib
import re
import shutil
import subprocess
import sys

VERSION = "14"  # other versions format differently


def main(root):
    tool = shutil.which("clang-format-" + VERSION) or shutil.which("clang-format")
    if not tool or not re.search(r"version " + VERSION + r"\.", subprocess.run([tool, "--version"], capture_output=True, text=True).stdout):
        print(f"clang-format {VERSION} is not installed: skipped")
        sys.exit(77)
    out = subprocess.run(["git", "-C", str(root), "ls-files", "*.c", "*.h"], capture_output=True, text=True, check=True)
    bad = []
    for name in out.stdout.split():
        r = subprocess.run([tool, "--dry-run", "--Werror", str(root / name)], capture_output=True)
        if r.returncode not in (0, 1):
            print(f"clang-format crashes on {name}")
        elif r.returncode:
            bad.append(f"not formatted: {name}")
    sys.exit("\n".join(bad) or 0)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]).resolve())

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
    files = [str(root / n) for n in out.stdout.split()]
    r = subprocess.run([tool, "--dry-run", "--Werror", "--ferror-limit=1", *files], capture_output=True, text=True)
    bad = sorted(set(re.findall(r"^(\S+?):\d+:\d+: error", r.stderr, re.M)))
    sys.exit("\n".join("not formatted: " + str(pathlib.Path(b).relative_to(root)) for b in bad) or 0)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]).resolve())

#!/usr/bin/env python3
"""Format: every C file is as clang-format leaves it (.def tables are aligned by hand)."""
# SPDX-License-Identifier: MIT
import pathlib
import re
import shutil
import subprocess
import sys

VERSION = "14"  # other versions format differently


def unformatted(tool, root, files):
    """One call for all files, since its start takes long; one for each when it crashes."""
    r = subprocess.run([tool, "--dry-run", "--Werror", *files], cwd=root, capture_output=True, text=True)
    if r.returncode in (0, 1):
        found = re.findall(r"^(.*?):\d+:\d+: error:", r.stderr, re.M)
        return [f"not formatted: {name}" for name in dict.fromkeys(found)]
    if len(files) == 1:
        return [f"clang-format crashes on {files[0]}"]
    return [line for name in files for line in unformatted(tool, root, [name])]


def main(root):
    tool = shutil.which("clang-format-" + VERSION) or shutil.which("clang-format")
    if not tool or not re.search(r"version " + VERSION + r"\.", subprocess.run([tool, "--version"], capture_output=True, text=True).stdout):
        print(f"clang-format {VERSION} is not installed: skipped")
        sys.exit(77)
    out = subprocess.run(["git", "-C", str(root), "ls-files", "*.c", "*.h"], capture_output=True, text=True, check=True)
    files = out.stdout.split()
    sys.exit("\n".join(unformatted(tool, root, files)) or 0)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]).resolve())

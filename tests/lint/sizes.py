#!/usr/bin/env python3
"""Sizes: lines of functions and files, parameters, project headers of a device."""
# SPDX-License-Identifier: MIT
import fnmatch
import json
import pathlib
import re
import subprocess
import sys

FUNCTION_MAX, FILE_MAX, PARAMS_MAX, DEVICE_HEADERS_MAX = 120, 1500, 6, 12
# function or prefix*: reason
PARAMS_EXCEPTIONS = {
    "ir_*": "the builder: context, type, result and operands of an op",
    "x86_call_if": "a comparison and a call in one",
    "syscall_short": "arguments of a system call, in the registers where the host's kernel wants them",
    "vmstate_load": "a section of saved state and where it goes",
}


def sources(root):
    out = subprocess.run(["git", "-C", str(root), "ls-files", "*.c", "*.h"], capture_output=True, text=True, check=True)
    return [root / n for n in out.stdout.split()]


def functions(files):
    out = subprocess.run(["ctags", "--output-format=json", "--fields=+neS", "--kinds-C=f", "-L", "-", "-f", "-"],
                         input="\n".join(map(str, files)), capture_output=True, text=True, check=True)
    return [json.loads(line) for line in out.stdout.splitlines() if line.startswith("{")]


def parameters(signature):
    inner = signature.strip()[1:-1].strip()
    if inner in ("", "void"):
        return 0
    depth, count = 0, 1
    for c in inner:
        depth += (c == "(") - (c == ")")
        count += c == "," and depth == 0
    return count


def check(root):
    bad = []
    files = sources(root)
    for f in files:
        name = str(f.relative_to(root))
        lines = f.read_text().count("\n")
        if lines > FILE_MAX:
            bad.append(f"{name}: {lines} lines, more than {FILE_MAX}")
        if re.match(r"hw/(?!core/|x86/)\w+/\w", name) and name.endswith(".c"):
            n = len(re.findall(r'^#include "', f.read_text(), re.M))
            if n > DEVICE_HEADERS_MAX:
                bad.append(f"{name}: includes {n} project headers, more than {DEVICE_HEADERS_MAX}")
    for t in functions(files):
        name = str(pathlib.Path(t["path"]).relative_to(root))
        size = t.get("end", t["line"]) - t["line"] + 1
        if size > FUNCTION_MAX:
            bad.append(f"{name}:{t['line']}: {t['name']}() has {size} lines, more than {FUNCTION_MAX}")
        n = parameters(t.get("signature", "()"))
        if n > PARAMS_MAX and not any(fnmatch.fnmatch(t["name"], e) for e in PARAMS_EXCEPTIONS):
            bad.append(f"{name}:{t['line']}: {t['name']}() has {n} parameters, more than {PARAMS_MAX}")
    return bad


if __name__ == "__main__":
    sys.exit("\n".join(check(pathlib.Path(sys.argv[1]).resolve())) or 0)

#!/usr/bin/env python3
"""Each op of tcg/ops.def has a row in docs/ir.md, with that table's facts (--write puts them there), and a unit in tests/ir."""
# SPDX-License-Identifier: MIT
import pathlib
import re
import sys

ROW = re.compile(r"^OP\((\w+),\s*(\d), (\d), (\w+),\s*([\w|]+),\s*([^,]+?),\s*([^,)]+?)\)", re.M)


def cc(text):
    """The flags of a ccr or ccw column in words."""
    text = text.replace("CC_ALL", "all").replace("OPCC_", "").strip()
    count = text.endswith("|VAR")
    text = text.removesuffix("|VAR")
    if text in ("0", "COND"):
        return {"0": "", "COND": "cond"}[text]
    if "~" in text:
        text = "all but " + text.split("~CC_")[1]
    return text.replace("CC_", "").replace("|", " ") + (", count" if count else "")


def facts(root):
    text = (root / "tcg/ops.def").read_text()
    for name, outs, ins, klass, flags, ccr, ccw in ROW.findall(text):
        flags = "" if flags == "0" else flags.replace("|", " ")
        yield name, f"| `{name}` | {outs} {ins} | {klass} {flags}".rstrip() + f" | {cc(ccr)} | {cc(ccw)} |"


def main():
    args = [a for a in sys.argv[1:] if a != "--write"]
    root = pathlib.Path(args[0] if args else ".")
    doc = root / "docs/ir.md"
    lines = doc.read_text().split("\n")
    at = {m.group(1): i for i, l in enumerate(lines) if (m := re.match(r"\| `(\w+)` \|", l))}
    bad = []
    names = set()
    for name, head in facts(root):
        names.add(name)
        if name not in at:
            bad.append(f"docs/ir.md: no row for op {name}")
            continue
        cells = lines[at[name]].split("|")
        meaning = "|".join(cells[6:-1]).strip()
        if not meaning:
            bad.append(f"docs/ir.md: op {name} has no meaning")
        row = f"{head} {meaning} |"
        if lines[at[name]] != row and "--write" not in sys.argv:
            bad.append(f"docs/ir.md: the row of {name} is not what ops.def says; run tests/lint/ir-doc.py --write")
        lines[at[name]] = row
    units = "\n".join(f.read_text() for f in (root / "tests/ir").rglob("*.ir"))
    used = set(re.findall(r"(?:^|= )\s*([a-z]\w*)", units, re.M))
    bad += [f"tests/ir: no unit with op {name}" for name in sorted(names - used - {"nop", "label"})]
    bad += [f"docs/ir.md: {name} is no op" for name in at if name not in names]
    if "--write" in sys.argv:
        doc.write_text("\n".join(lines))
    sys.exit("\n".join(bad) or 0)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""test-binfmt.py SCRIPT PROGRAM: the line of registration matches x86_64 programs and no others."""
# SPDX-License-Identifier: MIT
import codecs
import subprocess
import sys


def unescape(text):
    return codecs.escape_decode(text.encode())[0]


def matches(head, magic, mask):
    return len(head) >= len(magic) and all(h & m == g & m for h, g, m in zip(head, magic, mask))


def with_bytes(head, at, new):
    return head[:at] + new + head[at + len(new):]


def main():
    script, program = sys.argv[1:]
    line = subprocess.run([script, "print", program], capture_output=True, text=True, check=True).stdout
    fields = line.rstrip("\n").split(":")
    assert len(fields) == 8 and fields[:3] == ["", "mynah-x86_64", "M"] and fields[3] == "0", line
    assert len(line) < 1920, "longer than the kernel takes"
    magic, mask = unescape(fields[4]), unescape(fields[5])
    assert len(magic) == len(mask)
    with open(program, "rb") as f:
        head = f.read(64)
    assert matches(head, magic, mask)
    assert matches(with_bytes(head, 16, b"\3"), magic, mask), "ET_DYN"
    assert matches(with_bytes(head, 7, b"\3"), magic, mask), "another OS ABI"
    for what, at, new in (("32-bit", 4, b"\1"), ("big-endian", 5, b"\2"), ("an object file", 16, b"\1"),
                          ("aarch64", 18, b"\xb7"), ("i386", 18, b"\3"), ("no ELF file", 0, b"#!")):
        assert not matches(with_bytes(head, at, new), magic, mask), what
    debian = subprocess.run([script, "debian", program], capture_output=True, text=True, check=True).stdout
    assert f"magic {fields[4]}\n" in debian and f"mask {fields[5]}\n" in debian


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""test-strace.py MYNAH ROWS NOT-COVERED PROGRAM...: what -strace prints; that each system call is made by some program.

A call that no program makes stands in NOT-COVERED with a reason."""
# SPDX-License-Identifier: MIT
import os
import re
import subprocess
import sys
import tempfile

# Lines of the program `traced`, in this order; each is the whole line behind the process id.
EXPECTED = [
    r'openat\(AT_FDCWD,"/dev/null",O_WRONLY\|O_APPEND\|O_CLOEXEC,00?\) = 3',
    r'write\(3,"some\\n\\tdata\\"\\1",12\) = 12',
    r'write\(3,"a{32}"\.\.\.,100\) = 100',
    r'openat\(AT_FDCWD,"/nothing/here",O_RDONLY,00?\) = -1 errno=2 \(No such file or directory\)',
    r'read\(4,0x[0-9a-f]+,3\) = 3 \("abc"\)',
    r'mmap\(NULL,4096,PROT_READ\|PROT_WRITE,MAP_PRIVATE\|MAP_ANONYMOUS,-1,0\) = 0x[0-9a-f]+',
    r'kill\(\d+,0\) = 0',
    r'clock_gettime\(CLOCK_MONOTONIC,0x[0-9a-f]+\) = 0 \(\{tv_sec=\d+,tv_nsec=\d+\}\)',
    r'nanosleep\(\{tv_sec=0,tv_nsec=1000\},NULL\) = 0',
    r'connect\(5,\{sa_family=AF_INET,sin_port=htons\(9\),sin_addr=inet_addr\("127\.0\.0\.1"\)\},16\) = 0',
    r'writev\(3,\[\{iov_base="one",iov_len=3\},\{iov_base="two",iov_len=3\}\],2\) = 6',
    r'fcntl\(3,F_GETFD,0\) = 1',
    r'ioctl\(3,TCGETS,0x[0-9a-f]+\) = -1 errno=25 \(Inappropriate ioctl for device\)',
    r'openat\(AT_FDCWD,0x8,O_RDONLY,00?\) = -1 errno=14 \(Bad address\)',
    r'syscall_999\(\) = -1 errno=38 \(Function not implemented\)',
    r'exit_group\(7\) = \?',
]


def trace(emulator, program, *arguments):
    """The lines of one run, without process ids, and its status."""
    with tempfile.TemporaryDirectory() as folder:
        log = os.path.join(folder, "%d")  # one for each program that is executed
        r = subprocess.run([emulator, "-strace", "-D", log, program, *arguments], stdin=subprocess.DEVNULL,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=200)
        lines = []
        for name in sorted(os.listdir(folder)):
            with open(os.path.join(folder, name), encoding="utf-8", errors="replace") as f:
                lines += [re.sub(r"^\d+ ", "", line.rstrip("\n")) for line in f]
        return lines, r.returncode


def check_format(emulator, program):
    lines, status = trace(emulator, program)
    at = 0
    for want in EXPECTED:
        found = next((i for i in range(at, len(lines)) if re.fullmatch(want, lines[i])), None)
        if found is None:
            sys.exit("no such line: " + want + "\nin:\n" + "\n".join(lines[at:]))
        at = found + 1
    if status != 7:
        sys.exit(f"{program}: status {status}")


def check_hidden(emulator, program):
    """The log keeps its descriptor when the program closes all of its own, and writes nowhere else."""
    r = subprocess.run([emulator, "-strace", program], stdin=subprocess.DEVNULL, capture_output=True, timeout=200)
    if r.returncode != 0:
        sys.exit(f"{program}: status {r.returncode}: {r.stdout.decode()}")
    if "exit_group" not in r.stderr.decode():
        sys.exit("the log is lost when standard error is closed")


def check_coverage(emulator, rows, not_covered, programs):
    with open(rows, encoding="utf-8") as f:
        names = dict(re.findall(r"^SYS\(\d+, +(\w+), +(\w+),", f.read(), re.M))
    with open(not_covered, encoding="utf-8") as f:
        excused = {line.split(":")[0] for line in f if ":" in line and not line.startswith("#")}
    made = set()
    for program in programs:
        for line in trace(emulator, program)[0]:  # a child may begin in the middle of its parent's line
            made.update(re.findall(r"(?:^|\d+ )(\w+)\(", line))
    bad = [f"{n}: no program of the tests makes this call, and NOT-COVERED has no reason"
           for n in names if n not in made and n not in excused]
    bad += [f"{n}: in NOT-COVERED, but covered or no call" for n in sorted(excused) if n in made or n not in names]
    sys.exit("\n".join(bad) or 0)


if __name__ == "__main__":
    check_format(sys.argv[1], sys.argv[4])
    check_hidden(sys.argv[1], sys.argv[5])
    check_coverage(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:])

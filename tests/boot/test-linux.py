#!/usr/bin/env python3
"""Boots Debian's kernel with the init of scripts/demo to a shell on a pty, types commands, powers off.

usage: test-linux.py MODE PROGRAM [EMULATOR OPTIONS]   (PROGRAM: with what runs it on this machine, if that is needed)
  MODE shell: to the prompt, commands, Ctrl-C, poweroff; vmlinux: the same with the uncompressed kernel, by its PVH entry; kvm: so under
  -accel kvm, as it comes, where there is a /dev/kvm;
  init: to the first line of user space; lockstep: like shell, and the first 50 million instructions on the interpreter besides, all state compared
The kernel is $MYNAH_KERNEL, busybox $MYNAH_BUSYBOX (scripts/check sets them); without them the test is skipped.
"""
# SPDX-License-Identifier: MIT
import fcntl
import gzip
import os
import pathlib
import pty
import select
import subprocess
import sys
import tempfile
import termios
import time

import bzimage
import guest

SKIP = 77
LOCKSTEP_INSNS = 50_000_000
SCRIPTS = pathlib.Path(__file__).resolve().parents[2] / "scripts"
PROMPT = b"/root # "


class Console:
    """The emulator on a pty: what it prints, and typing."""

    def __init__(self, argv, limit):
        self.until = time.monotonic() + limit
        self.seen = b""
        master, slave = pty.openpty()
        self.fd = master
        # the pty is its controlling terminal, as a user's is
        self.process = subprocess.Popen(argv, stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
                                        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        os.close(slave)

    def read(self):
        left = self.until - time.monotonic()
        if left <= 0 or not select.select([self.fd], [], [], left)[0]:
            self.fail("nothing more came in time")
        try:
            data = os.read(self.fd, 65536)
        except OSError:
            data = b""
        if not data:
            self.fail("the emulator ended")
        sys.stdout.buffer.write(data)
        self.seen += data

    def expect(self, text):
        while text not in self.seen:
            self.read()
        self.seen = self.seen[self.seen.index(text) + len(text):]

    def type(self, text):
        os.write(self.fd, text)

    def status(self):
        """Waits for the end, reading on."""
        while True:
            try:
                data = os.read(self.fd, 65536)
            except OSError:
                break
            if not data:
                break
            sys.stdout.buffer.write(data)
        return self.process.wait(max(1, self.until - time.monotonic()))

    def fail(self, why):
        self.process.kill()
        sys.stdout.buffer.flush()
        sys.exit(f"\ntest-linux: {why}; waited in vain, last seen: {self.seen[-300:]!r}")


def initrd(path, busybox):
    entries = [(d, 0o040755, b"") for d in ("bin", "dev", "proc", "sys", "root")]
    entries += [("bin/busybox", 0o100755, open(busybox, "rb").read()), ("init", 0o100755, (SCRIPTS / "init").read_bytes())]
    with open(path, "wb") as f:
        f.write(gzip.compress(guest.cpio(entries), 6, mtime=0))


def shell_session(c):
    c.expect(PROMPT)
    c.type(b"echo sum $((6*7))\n")
    c.expect(b"sum 42")
    c.type(b"uname -m; ls / | wc -l\n")
    c.expect(b"x86_64")
    c.type(b"head -c 100000 /dev/zero | md5sum\n")
    c.expect(b"0019d23bef56a136a1891211d7007f6f")
    c.type(b"grep -c processor /proc/cpuinfo\n")
    c.expect(b"\n1\r")
    c.type(b"sh -c 'echo asleep; sleep 1000'\n")
    c.expect(b"asleep\r")  # what it prints; the echo of the command has a semicolon there
    c.type(b"\x03")
    c.expect(PROMPT)
    c.type(b"poweroff\n")
    status = c.status()
    if status != 0:
        sys.exit(f"test-linux: status {status} after poweroff, wanted 0")


def check_log(path):
    """lockstep_enter() writes this line when it has compared that many."""
    want = f"lockstep: no difference in {LOCKSTEP_INSNS} instructions"
    with open(path, errors="replace") as f:
        log = f.read()
    if want not in log.splitlines():
        sys.exit(f"test-linux: '{want}' is not in the log, which ends: {log[-3000:]}")


def main(mode, *command):
    kernel, busybox = os.environ.get("MYNAH_KERNEL"), os.environ.get("MYNAH_BUSYBOX")
    if not kernel or not busybox:
        print("SKIPPED: MYNAH_KERNEL and MYNAH_BUSYBOX are not set (scripts/check sets them)")
        sys.exit(SKIP)
    if mode == "kvm" and not os.access("/dev/kvm", os.R_OK | os.W_OK):
        print("SKIPPED: there is no /dev/kvm that may be used")
        sys.exit(SKIP)
    with tempfile.TemporaryDirectory(prefix="mynah-") as folder:
        image = folder + "/initrd.gz"
        log = folder + "/log"
        initrd(image, busybox)
        if mode == "lockstep":
            command += ("-d", f"lockstep={LOCKSTEP_INSNS}", "-D", log)
        if mode == "kvm":
            command += ("-accel", "kvm")
        if mode in ("vmlinux", "kvm"):
            uncompressed = pathlib.Path(folder, "vmlinux")
            uncompressed.write_bytes(bzimage.vmlinux(kernel))
            kernel = str(uncompressed)
        append = "console=ttyS0 panic=-1"
        if mode == "init":
            append += " no_timer_check"  # when all is slow a tick comes later than the kernel wants to wait for it
        c = Console([*command, "-m", "512", "-kernel", kernel, "-initrd", image, "-append", append, "-nographic",
                     "-no-reboot"], 3000)
        c.expect(b"Linux version")
        c.expect(b"on Mynah, ")
        if mode == "init":
            c.type(b"\x01x")
            c.status()
        else:
            shell_session(c)
        if mode == "lockstep":
            check_log(log)


if __name__ == "__main__":
    main(*sys.argv[1:])

#!/usr/bin/env python3
"""gdb-smp.py EMULATOR GUEST: Debian's gdb on a machine with several vCPUs under KVM; results as TAP.

gdb runs here; the emulator on the host's /dev/kvm, or in the lab of lab.py, whose third serial port is gdb's line.
"""
# SPDX-License-Identifier: MIT
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

import lab

PASSED = 1  # isa-debug-exit turns code n into (n << 1) | 1
TIMEOUT = 300
OPTIONS = ("-accel {accel} -smp {cpus} -m 64 -no-reboot -display none -serial none -monitor none "
           "-device isa-debug-exit,iobase=0xf4,iosize=4 -S -kernel")
# What is written while nobody is at the wire's other end is lost.
INSIDE = ("stty raw -echo -F /dev/ttyS2; exec 3<>/dev/ttyS2; until read -t 1 word <&3; do echo ready >&3; done; echo begun >&3; "
          "./mynah {options} threads.elf -gdb stdio <&3 >&3")
# The second way has local APICs in the kernel, and a start-up IPI that only KVM knows of.
RUNS = [("kvm", 2), ("kvm", 4), ("kvm,kernel-irqchip=split", 2)]
ALL_STILL = "python a = [int(gdb.parse_and_eval('rounds[%d]' % i)) for i in range(8)]; time.sleep(0.5); " \
            "print('still', a == [int(gdb.parse_and_eval('rounds[%d]' % i)) for i in range(8)])"


def session(cpus, watch):
    """[(command, pattern)]: what gdb says from the command on has the pattern. watch: data breakpoints are of effect."""
    last = cpus - 1
    steps = [
        (f"set var expected = {cpus}", ""),
        ("break all_there", ""),
        ("continue", r"Breakpoint 1, all_there \(\)"),
        ("info threads", "".join(rf"\n. {n + 1} +Thread 1\.{n + 1} \(CPU#{n} .*" for n in range(cpus))),
        # One vCPU finds the breakpoint, all stop.
        ("break on_chosen", ""),
        (f"set var chosen = {last}", ""),
        ("continue", rf"Thread {cpus} hit Breakpoint 2, on_chosen \(id=(id@entry=)?{last}\)"),
        ("print $r15", f"= {0xc0ffee00 + last}\n"),
        ("bt", r"#0 +on_chosen.*\n#1 .* in go_round"),
        (ALL_STILL, "still True"),
        # The registers of each.
        ("set var chosen = 0", ""),
        ("continue", r"Thread 1 hit Breakpoint 2, on_chosen"),
    ]
    steps += [(f"thread apply {n + 1} print $r15", f"= {0xc0ffee00 + n}\n") for n in range(cpus)]
    steps += [
        ("set var chosen = 1", ""),
        (f"thread {cpus}", f"Switching to thread {cpus}"),
        ("continue", r"Thread 2 hit Breakpoint 2, on_chosen"),
        # One instruction of one vCPU, while the others stand; then while they run.
        ("set scheduler-locking on", ""),
        ("set var $before = rounds[0]", ""),
        ("set var $was_caught = caught[1]", ""),
        ("stepi", r"\n"),
        ("stepi", r"\n"),
        ("stepi", r"\n"),
        ("print rounds[0] == $before", r"= 1\n"),
        ("print caught[1] - $was_caught", r"= 1\n"),
        ("finish", r"go_round"),
        ("print $_thread", r"= 2\n"),
        ("set scheduler-locking off", ""),
        ("stepi", r"\n"),
        ("print $_thread", r"= 2\n"),
        # All find the same breakpoint, all the time: each stop is one of it, and of no other kind.
        ("delete", ""),
        ("break on_each", ""),
    ]
    steps += [("continue", r"hit Breakpoint 3, on_each \(id=(id@entry=)?\d\)")] * 8
    steps += [("delete", "")]
    if watch:  # data, whoever writes it
        steps += [
            ("watch chosen", ""),
            (f"set var chosen = {last}", ""),
            ("continue", rf"Thread {cpus} hit Hardware watchpoint 4: chosen\n\nOld value = {last}\nNew value = -1"),
            ("delete", ""),
            ("print $_thread", rf"= {cpus}\n"),
        ]
    return [*steps, ("set var go_on = 1", ""), ("continue", r"exited with code 01")]


def run_gdb(guest, path, steps):
    """What is wrong, or None."""
    argv = ["gdb", "-nx", "-batch", "-ex", "set width 0", "-ex", "set confirm off", "-ex", "set remotetimeout 120",
            "-ex", "python import time", "-ex", f"target remote {path}"]
    for n, (command, _) in enumerate(steps):
        argv += ["-ex", f"echo @{n}@\\n", "-ex", command]
    try:
        output = subprocess.run([*argv, guest], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=TIMEOUT).stdout
    except subprocess.TimeoutExpired as e:
        output = e.stdout or b""
    output = output.decode("latin1")
    said = re.split(r"@\d+@\n", output)
    for n, (command, pattern) in enumerate(steps):
        if n + 1 >= len(said) or not re.search(pattern, "\n" + said[n + 1]) or "SIGTRAP" in said[n + 1]:
            return f"{output}\nafter command {n}, '{command}', there is no {pattern!r}, or a stop without a cause"
    return None


def await_ready(path):
    """The wire's other end is there. gdb comes to the socket after us."""
    deadline = time.monotonic() + TIMEOUT
    while time.monotonic() < deadline:
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(TIMEOUT)
            try:
                s.connect(path)
            except OSError:
                time.sleep(0.1)
                continue
            text = b""
            while b"ready" not in text:
                text += s.recv(100)
            s.sendall(b"go\n")
            while b"begun\n" not in text:
                text += s.recv(100)
            return
    raise TimeoutError(path)


class InLab:
    bare = False

    def __init__(self, emulator, guest, folder):
        self.wire = os.path.join(folder, "wire")
        self.place = lab.Lab(os.environ.get("MYNAH_KERNEL"), os.environ.get("MYNAH_BUSYBOX"), wire=self.wire)
        self.files = {"mynah": emulator, "threads.elf": guest}
        self.results = {}

    def start(self, all_options):
        commands = [INSIDE.format(options=o) for o in all_options]

        def collect():
            for n, status, output in self.place.run(self.files, commands, limit=TIMEOUT):
                self.results[n] = (status, output.decode("latin1"))
        self.thread = threading.Thread(target=collect)
        self.thread.start()

    def wire_of(self, n):
        await_ready(self.wire)
        return self.wire

    def end_of(self, n):
        deadline = time.monotonic() + TIMEOUT
        while n not in self.results and self.thread.is_alive() and time.monotonic() < deadline:
            time.sleep(0.1)
        return self.results.get(n, (-1, "no result came"))

    def stop(self):
        self.place.stop()
        self.thread.join()


class OnHost:
    bare = lab.is_bare()

    def __init__(self, emulator, guest, folder):
        self.emulator, self.guest, self.folder = emulator, guest, folder

    def start(self, all_options):
        self.options = all_options

    def wire_of(self, n):
        path = os.path.join(self.folder, f"gdb{n}")
        self.process = subprocess.Popen([self.emulator, *self.options[n].split(), self.guest, "-gdb", f"unix:{path}"],
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        while not os.path.exists(path) and self.process.poll() is None:
            time.sleep(0.01)
        return path

    def end_of(self, n):
        output = self.process.communicate(timeout=TIMEOUT)[0]
        return self.process.returncode, output

    def stop(self):
        self.process.kill()


def run_one(place, n, guest, cpus):
    wrong = run_gdb(guest, place.wire_of(n), session(cpus, not place.bare))
    status, output = (0, "") if wrong else place.end_of(n)
    if not wrong and status != PASSED:
        wrong = f"the emulator ended with status {status}: {output}"
    return wrong


def main():
    emulator, guest = sys.argv[1:3]
    if not shutil.which("gdb"):
        print("1..0 # SKIP gdb is not installed")
        return 0
    host = lab.host_kvm()
    with tempfile.TemporaryDirectory(prefix="mynah-") as folder:
        try:
            on_host = os.environ.get("MYNAH_KVM") == "host" or (not host and os.environ.get("MYNAH_KVM") != "lab")
            place = (OnHost if on_host else InLab)(emulator, guest, folder)
            if not on_host and lab.qemu_major() < 8:
                raise lab.Unavailable(f"{lab.QEMU} is older than 8.0")
        except lab.Unavailable as e:
            print(f"1..0 # SKIP nothing was tested on KVM: {e}")
            return 0
        place.start([OPTIONS.format(accel=accel, cpus=cpus) for accel, cpus in RUNS])
        print(f"1..{len(RUNS)}")
        for n, (accel, cpus) in enumerate(RUNS):
            wrong = run_one(place, n, guest, cpus)
            print(f"{'not ' if wrong else ''}ok {n + 1} - gdb with {cpus} vCPUs, {accel}")
            if wrong:
                print("".join(f"#   {line}\n" for line in wrong.splitlines()), end="")
                place.stop()
                return 1
            sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())

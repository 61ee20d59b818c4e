#!/usr/bin/env python3
"""gdb's protocol on a Linux boot: breakpoints before and after the kernel has turned on its own page tables.

usage: test-linux-gdb.py EMULATOR

MYNAH_KERNEL names a bzImage; without it the test is skipped.
"""
# SPDX-License-Identifier: MIT
import os
import subprocess
import sys
import tempfile
import time

from rsp import Client

SKIP = 77
ENTRY = 0x1000000  # of the unpacked kernel: CONFIG_PHYSICAL_START
KERNEL_HALF = 0xffffffff80000000
MOST_STEPS = 50000


class Boot:
    """A paused machine with a kernel, and a client."""

    def __init__(self, program, kernel, folder):
        self.path = os.path.join(folder, 'gdb')
        self.console = os.path.join(folder, 'console')
        argv = [program, '-m', '256', '-kernel', kernel, '-append', 'console=ttyS0 nokaslr panic=-1', '-no-reboot',
                '-display', 'none', '-serial', 'file:' + self.console, '-S', '-gdb', 'unix:' + self.path]
        self.machine = subprocess.Popen(argv, stdin=subprocess.DEVNULL)
        while not os.path.exists(self.path):
            assert self.machine.poll() is None, 'it has ended too early'
        self.client = Client(self.path, timeout=300)

    def end(self):
        self.client.close()
        self.machine.kill()
        self.machine.wait()

    def ask(self, text, wants):
        got = self.client.ask(text)
        assert got == wants, f'{text}: {got!r}, wanted {wants!r}'

    def pc(self):
        return int.from_bytes(bytes.fromhex(self.client.ask('p10')), 'little')

    def run_to(self, addr):
        self.ask(f'Z1,{addr:x},1', 'OK')
        stop = self.client.ask('c')
        assert stop.startswith('T05') and self.pc() == addr, (stop, hex(self.pc()))
        self.ask(f'z1,{addr:x},1', 'OK')


def first_high_address(boot):
    """Steps from the kernel's entry until it runs where it was linked to."""
    boot.run_to(ENTRY)
    for _ in range(MOST_STEPS):
        assert boot.client.ask('vCont;s:1').startswith('T05')
        if (pc := boot.pc()) >= KERNEL_HALF:
            return pc
    sys.exit(f'still at {pc:#x} after {MOST_STEPS} steps')


def check_high(boot, addr):
    """Full speed to an address of the kernel's half; then on, and an interrupt once it has printed something."""
    boot.run_to(addr)
    by_table = boot.client.ask(f'm{addr:x},20')
    boot.ask('Qqemu.PhyMemMode:1', 'OK')
    boot.ask(f'm{addr - KERNEL_HALF:x},20', by_table)  # the kernel's image is mapped linearly
    boot.ask('Qqemu.PhyMemMode:0', 'OK')
    boot.client.send('c')
    while b'Linux version' not in open(boot.console, 'rb').read():
        assert boot.machine.poll() is None, 'it has ended too early'
        time.sleep(0.1)
    boot.client.raw(b'\x03')
    assert boot.client.receive().startswith('T02')
    length = os.path.getsize(boot.console)
    boot.ask('D', 'OK')
    while os.path.getsize(boot.console) <= length:
        time.sleep(0.1)


def main(program):
    kernel = os.environ.get('MYNAH_KERNEL')
    if not kernel or not os.path.exists(kernel):
        print('SKIPPED: MYNAH_KERNEL names no kernel', file=sys.stderr)
        sys.exit(SKIP)
    with tempfile.TemporaryDirectory(prefix='mynah-') as folder:
        boot = Boot(program, kernel, folder)
        try:
            addr = first_high_address(boot)
        finally:
            boot.end()
        boot = Boot(program, kernel, folder)
        try:
            check_high(boot, addr)
        finally:
            boot.end()


if __name__ == '__main__':
    main(os.path.abspath(sys.argv[1]))

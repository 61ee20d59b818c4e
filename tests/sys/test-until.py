#!/usr/bin/env python3
"""test-until.py PROGRAM KERNEL FIRST THEN: FIRST runs the guest up to a symbol, an address, a marker; THEN takes over.

FIRST and THEN are values of -accel. The log of -d in_asm begins where it does."""
# SPDX-License-Identifier: MIT
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'boot'))
import guest  # noqa: E402

PASS = 1


class Until(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def run_until(self, until, *args, kernel=None, more=(), status=PASS):
        """The guest addresses of the log."""
        log = os.path.join(self.folder, 'log')
        argv = [PROGRAM, '-m', '64', '-no-reboot', '-display', 'none', '-serial', 'stdio', '-kernel', kernel or KERNEL,
                '-accel', f'{FIRST},until={until}', *(['-accel', THEN] if THEN else []), '-d', 'in_asm', '-D', log,
                '-device', 'isa-debug-exit,iobase=0xf4,iosize=4', *more]
        r = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=100)
        self.errors = r.stderr
        self.assertEqual((r.returncode, r.stdout), (status, ''), r.stderr)
        if not os.path.exists(log):
            return []
        with open(log, encoding='utf-8') as f:
            return [int(a, 16) for a in re.findall(r'^(0x[0-9a-f]+): ', f.read(), re.M)]

    def symbol(self, name):
        out = subprocess.run(['nm', KERNEL], capture_output=True, text=True, check=True).stdout
        return int(re.search(rf'^(\w+) T {name}$', out, re.M).group(1), 16)

    def test_symbol(self):
        seen = self.run_until('test_main')
        self.assertEqual(seen[0], self.symbol('test_main'))
        self.assertIn(self.symbol('sys_exit'), seen)
        self.assertNotIn(self.symbol('sys_init'), seen)

    def test_address(self):
        seen = self.run_until(hex(self.symbol('sys_exit')))
        self.assertEqual(seen[0], self.symbol('sys_exit'))

    def test_never(self):
        self.assertEqual(self.run_until('0x1'), [])

    def marker(self, port, *more):
        path = os.path.join(self.folder, 'guest')
        code = guest.out8(0x80, 1) + guest.out8(port, 1) + b'\x90' * 200
        with open(path, 'wb') as f:
            f.write(guest.elf(code + guest.out8(0xf4, 0) + guest.HALT))
        seen = self.run_until('marker', kernel=path, more=more)
        self.assertLess(guest.BASE, seen[0])
        self.assertIn(guest.BASE + len(code) + 6, seen)

    def test_marker(self):
        self.marker(0x4d59)
        self.marker(0x1234, '-device', 'isa-marker,iobase=0x1234')

    def test_bad(self):
        for until, says in (('nowhere', 'neither an address nor a symbol'), ('0x', 'neither'), ('', 'neither')):
            self.run_until(until, status=1)
            self.assertIn(f'until={until}: ', self.errors)
            self.assertIn(says, self.errors)
            self.assertEqual(self.errors.count('\n'), 1)


if __name__ == '__main__':
    PROGRAM, KERNEL, FIRST, THEN = sys.argv[1:5]
    unittest.main(argv=sys.argv[:1])

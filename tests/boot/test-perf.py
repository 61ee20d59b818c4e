#!/usr/bin/env python3
"""-perfmap and -jitdump: both files are complete, agree, and name the guest's functions.

usage: test-perf.py EMULATOR GUEST
"""
# SPDX-License-Identifier: MIT
import os
import re
import struct
import subprocess
import sys
import tempfile
import unittest

GUEST = os.path.abspath(sys.argv.pop())
PROGRAM = os.path.abspath(sys.argv.pop())
TIMEOUT = 120
LOAD, CLOSE = 0, 3


class Perf(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix='mynah-')
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def run_guest(self, *options):
        argv = [PROGRAM, '-m', '64', '-kernel', GUEST, '-no-reboot', '-display', 'none', '-serial', 'null', '-device',
                'isa-debug-exit,iobase=0xf4,iosize=4', *options]
        p = subprocess.Popen(argv, cwd=self.folder, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        _, self.errors = p.communicate(timeout=TIMEOUT)
        self.status = p.returncode
        self.map = f'/tmp/perf-{p.pid}.map'
        self.addCleanup(lambda: os.path.exists(self.map) and os.unlink(self.map))
        self.dump = os.path.join(self.folder, f'jit-{p.pid}.dump')
        self.pid = p.pid

    def read_map(self):
        """(start, size, name) of each line."""
        with open(self.map) as f:
            lines = f.read().splitlines()
        found = [re.fullmatch(r'([0-9a-f]+) ([0-9a-f]+) (\S+)', line) for line in lines]
        self.assertTrue(lines and all(found), lines[:3])
        return [(int(m[1], 16), int(m[2], 16), m[3]) for m in found]

    def read_dump(self):
        """(start, size, name, code) of each record; the layout is checked on the way."""
        with open(self.dump, 'rb') as f:
            data = f.read()
        magic, version, size, machine, _, pid, began, flags = struct.unpack_from('<6I2Q', data)
        self.assertEqual((magic, version, size, pid, flags), (0x4a695444, 1, 40, self.pid, 0))
        self.assertIn(machine, (62, 183, 243))
        at, units, last = size, [], began
        while at < len(data):
            kind, size, stamp = struct.unpack_from('<2IQ', data, at)
            self.assertGreaterEqual(stamp, last)
            last = stamp
            if kind == CLOSE:
                self.assertEqual(at + size, len(data))
                return units
            self.assertEqual(kind, LOAD)
            pid, tid, vma, start, length, index = struct.unpack_from('<2I4Q', data, at + 16)
            name, rest = data[at + 56:at + size].split(b'\0', 1)
            self.assertEqual((pid, start, index), (self.pid, vma, len(units)))
            self.assertEqual(len(rest), length)
            units.append((start, length, name.decode(), rest))
            at += size
        self.fail('there is no record of the end')

    def test_both(self):
        self.run_guest('-perfmap', '-jitdump')
        self.assertEqual((self.status, self.errors), (1, ''))
        units = self.read_dump()
        self.assertEqual(self.read_map(), [u[:3] for u in units])
        names = {u[2].split('+')[0] for u in units}
        for name in ('test_main', 'sys_init', 'sys_exit'):
            self.assertIn(name, names)
        ends = sorted((u[0], u[0] + u[1]) for u in units)
        self.assertTrue(all(a[1] <= b[0] for a, b in zip(ends, ends[1:])), 'units overlap')

    def test_symbols_of_a_text(self):
        path = os.path.join(self.folder, 'System.map')
        with open(path, 'w') as f:
            f.write('0000000000100000 T the_whole_kernel\n0000000000000000 D data\n')
        self.run_guest('-perfmap', '-symbols', path)
        self.assertEqual(self.status, 1)
        self.assertFalse(os.path.exists(self.dump))
        self.assertTrue(any(u[2].startswith('the_whole_kernel') for u in self.read_map()))

    def test_off(self):
        self.run_guest()
        self.assertFalse(os.path.exists(self.map) or os.path.exists(self.dump))

    def test_bad(self):
        junk = os.path.join(self.folder, 'junk')
        with open(junk, 'w') as f:
            f.write('no table of symbols\n')
        for options, says in ((['-perfmap', '-accel', 'tcg,backend=interp'], 'interpreter'),
                              (['-symbols', '/nonexistent'], '/nonexistent'), (['-symbols', junk], 'no symbols')):
            self.run_guest(*options)
            self.assertEqual(self.status, 1)
            self.assertIn(says, self.errors)
            self.assertEqual(self.errors.count('\n'), 1)


if __name__ == '__main__':
    unittest.main()

#!/usr/bin/env python3
"""-perfmap and -jitdump of programs: both name the functions of the program, its libraries and its linker.

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

# A cross build is started by a script, under qemu-user.
with open(PROGRAM, 'rb') as head:
    IS_SCRIPT = head.read(2) == b'#!'


class Perf(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix='mynah-')
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def run_guest(self, *words, status=9):
        p = subprocess.Popen([PROGRAM, *words], cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        self.pid = p.pid
        self.text = p.communicate(timeout=TIMEOUT)[0]
        self.assertEqual(p.returncode, status)

    def read_map(self, pid):
        """(start, size, name) of each line."""
        path = f'/tmp/perf-{pid}.map'
        with open(path) as f:
            lines = [line.split() for line in f]
        os.unlink(path)
        return [(int(start, 16), int(size, 16), name) for start, size, name in lines]

    def read_dump(self):
        with open(f'{self.folder}/jit-{self.pid}.dump', 'rb') as f:
            data = f.read()
        magic, version, at = struct.unpack_from('<3I', data)
        self.assertEqual((magic, version), (0x4a695444, 1))
        units = []
        while at < len(data):
            kind, size = struct.unpack_from('<2I', data, at)
            pid, _, _, start, length, index = struct.unpack_from('<2I4Q', data, at + 16)
            name, code = data[at + 56:at + size].split(b'\0', 1)
            self.assertEqual((kind, pid, index, len(code)), (0, self.pid, len(units), length))
            units.append((start, length, name.decode()))
            at += size
        return units

    def test_both(self):
        self.run_guest('-perfmap', '-jitdump', '-accel', 'tcg', GUEST)
        units = self.read_map(self.pid)
        self.assertEqual(self.read_dump(), units)
        names = {u[2].split('+')[0] for u in units}
        for name in ('main', 'twice', 'touch', 'exit', '_dl_debug_state'):
            self.assertTrue(name in names, name)

    def test_children(self):
        """A child's map has the parent's units and its own; the dump is the parent's alone."""
        self.run_guest('-perfmap', '-jitdump', '/bin/sh', '-c', f'(read x < /proc/self/stat; echo ${{x%% *}}); {GUEST}; exit 3',
                       status=3)
        child = int(self.text.split()[0])
        mine, its = self.read_map(self.pid), self.read_map(child)
        common = len(os.path.commonprefix([mine, its]))
        self.assertGreater(common, 100)
        self.assertGreater(len(its), common)
        dumps = {int(d) for d in re.findall(r'jit-(\d+).dump', ' '.join(os.listdir(self.folder)))}
        self.assertEqual(len(dumps), 2)  # the shell's, and the guest's after its execve()
        dumps.remove(self.pid)
        self.read_map(*dumps)
        if IS_SCRIPT:
            # The shell uses vfork(), where qemu-user copies memory: the child goes on with the parent's numbers in the
            # parent's file, and so does the parent.
            print("NOT CHECKED: numbers in the dump of a program with children: qemu-user's vfork() shares no memory",
                  file=sys.stderr)
        else:
            self.read_dump()

    def test_off(self):
        self.run_guest(GUEST)
        self.assertFalse(os.path.exists(f'/tmp/perf-{self.pid}.map') or os.listdir(self.folder))


if __name__ == '__main__':
    unittest.main()

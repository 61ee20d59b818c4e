#!/usr/bin/env python3
"""The door mynah-x86_64: its options, what it makes of bad files, its environment.

usage: test-door.py EMULATOR HELLO
"""
# SPDX-License-Identifier: MIT
import os
import subprocess
import sys
import unittest

HELLO = os.path.abspath(sys.argv.pop())
PROGRAM = os.path.abspath(sys.argv.pop())
TIMEOUT = 120


def run(*args, **env):
    return subprocess.run([PROGRAM, *args], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=TIMEOUT,
                          env=dict(os.environ, LC_ALL='C', **env))


def is_static():
    out = subprocess.run(['readelf', '-lW', PROGRAM], capture_output=True, text=True).stdout
    return 'INTERP' not in out


class Environment(unittest.TestCase):
    @unittest.skipUnless(is_static(), 'linked dynamically')
    def test_dynamic_linker(self):
        """What is for the guest's dynamic linker is not for ours."""
        r = run(HELLO, LD_PRELOAD='/nowhere/library.so', LD_LIBRARY_PATH='/nowhere', LD_DEBUG='all')
        self.assertEqual((r.returncode, r.stderr), (42, ''))
        if os.path.exists('/usr/bin/env'):
            r = run('/usr/bin/env', LD_LIBRARY_PATH='/nowhere')
            self.assertIn('LD_LIBRARY_PATH=/nowhere\n', r.stdout)


if __name__ == '__main__':
    unittest.main()

#!/usr/bin/env python3
"""gdb on a machine: Debian's gdb, and packets by hand, on a small guest.

usage: test-gdb.py EMULATOR GUEST BACKEND
"""
# SPDX-License-Identifier: MIT
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

from rsp import Client

BACKEND = sys.argv.pop()
GUEST = os.path.abspath(sys.argv.pop())
PROGRAM = os.path.abspath(sys.argv.pop())
GDB = shutil.which('gdb')
TIMEOUT = 120
INTERRUPT = ('python import threading, os, signal; '
             'threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()')


class Machine(unittest.TestCase):
    """A paused machine that waits for gdb on a socket."""
    options = ['-S']

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix='mynah-')
        self.addCleanup(folder.cleanup)
        self.socket = os.path.join(folder.name, 'gdb')
        argv = [PROGRAM, '-accel', 'tcg,backend=' + BACKEND, '-m', '64', '-kernel', GUEST, '-no-reboot', '-display', 'none',
                '-serial', 'none', '-device', 'isa-debug-exit,iobase=0xf4,iosize=4', '-gdb', 'unix:' + self.socket,
                *self.options]
        self.machine = subprocess.Popen(argv, stdin=subprocess.DEVNULL)
        self.addCleanup(self.machine.wait)
        self.addCleanup(self.machine.kill)
        while not os.path.exists(self.socket):
            self.assertIsNone(self.machine.poll(), 'it has ended too early')

    def status(self):
        return self.machine.wait(TIMEOUT)


@unittest.skipUnless(GDB, 'gdb is not installed')
class Gdb(Machine):
    def gdb(self, *commands):
        argv = [GDB, '-nx', '-batch', '-ex', 'set width 0', '-ex', 'target remote ' + self.socket]
        for c in commands:
            argv += ['-ex', c]
        r = subprocess.run(argv + [GUEST], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=TIMEOUT)
        self.text = r.stdout + r.stderr
        return self.text

    def says(self, *patterns):
        """The patterns are there, in this order."""
        at = 0
        for p in patterns:
            m = re.compile(p, re.M).search(self.text, at)
            self.assertIsNotNone(m, f'no {p!r} after {self.text[:at]!r} in:\n{self.text}')
            at = m.end()

    def test_breakpoints(self):
        self.gdb('break ready', 'continue', 'backtrace', 'hbreak twice', 'continue', 'continue', 'info breakpoints',
                 'delete', 'tbreak spin', 'continue')
        self.says(r'^Breakpoint 1, ready \(\)', r'^#1 .* in test_main \(\)', r'^Breakpoint 2, twice \(x=.*1\)',
                  r'^Breakpoint 2, twice \(x=.*2\)', r'hw breakpoint.*\n.*already hit 2 times',
                  r'^Temporary breakpoint 3, spin \(\)')

    def test_finish_and_steps(self):
        self.gdb('break twice', 'continue', 'finish', 'next', 'next', 'stepi', 'stepi', 'delete', 'advance spin',
                 'info symbol $pc')
        self.says(r'^Breakpoint 1, twice', r'^Value returned is .* = 2', r'touch\(i\)', r'^spin in section')

    def test_watchpoints(self):
        self.gdb('break ready', 'continue', 'watch counter', 'continue', 'continue', 'delete', 'rwatch wide[1]',
                 'continue', 'delete', 'awatch wide[2]', 'continue')
        self.says(r'^Hardware watchpoint 2: counter', r'Old value = 0\nNew value = 1', r'Old value = 1\nNew value = 2',
                  r'^Hardware read watchpoint 3: wide\[1\]\n\nValue = 0', r'^Hardware access \(read/write\) watchpoint 4',
                  r'Old value = 1\nNew value = 2')

    def test_registers(self):
        self.gdb('break ready', 'continue', 'print/x $fs_base', 'print/x $ymm0.v4_int64', 'print $st0', 'print $st1',
                 'info registers cr0 efer cs mxcsr', 'set $rbx = 0x1234567890', 'print/x $rbx', 'set $xmm1.uint128 = 7',
                 'set $ymm1h = 9', 'print/x $ymm1.v4_int64', 'print $cr8', 'set $eflags = 0x247', 'print $eflags',
                 'print/x $gs_base', 'set $gs_base = 0x77', 'print/x $gs_base')
        self.says(r'= 0x123456789a$', r'= \{0x1122334455667788, 0x1122334455667788, 0x0, 0x0\}$', r'= 1$',
                  r'= 3.14159265358979323851$', r'^cr0 .* WP .*PG', r'^efer .* LMA ', r'^cs +0x8 ', r'^mxcsr +0x1f80 ',
                  r'= 0x1234567890$', r'= \{0x7, 0x0, 0x9, 0x0\}$', r'= 0$', r'= \[ CF PF ZF IF', r'= 0x0$', r'= 0x77$')

    def test_memory(self):
        """A write to code is seen by what was translated from it."""
        self.gdb('break *twice', 'continue', 'delete', 'finish', 'print/x *(unsigned char *)twice',
                 'set {unsigned char[4]}twice = {0x6a, 42, 0x58, 0xc3}', 'break *twice', 'continue', 'finish',
                 'set var wide[1] = 0x99', 'print/x wide[1]', 'x/2i twice', 'print *(int *)0x8000000000000000')
        self.says(r'= 2$', r'twice \(x=.*2\)', r'= 42$', r'= 0x99$', r'push +\$0x2a', r'pop +%rax', r'Cannot access memory')

    def test_ctrl_c_and_kill(self):
        self.gdb('break spin', 'continue', 'delete', INTERRUPT, 'continue', 'print seen > 0', 'kill')
        self.says(r'^Breakpoint 1, spin', r'received signal SIGINT', r'= 1$', r'killed')
        self.assertEqual(self.status(), 0)

    def test_detach_and_exit_code(self):
        """After detach the guest runs to its end."""
        self.gdb('break spin', 'continue', 'set var go_on = 1', 'detach')
        self.says(r'^Breakpoint 1, spin', r'detached')
        self.assertEqual(self.status(), 1)

    def test_end_of_guest(self):
        self.gdb('break spin', 'continue', 'set var go_on = 1', 'continue')
        self.says(r'exited with code 01')

    def test_threads_and_description(self):
        self.gdb('info threads', 'maint print xml-tdesc', 'info registers rip')
        self.says(r'\* 1 +Thread 1.1 \(CPU#0 \[running\]\)', r'org.gnu.gdb.i386.core', r'org.gnu.gdb.i386.avx',
                  r'^rip +0x100000')


class Packets(Machine):
    """By hand."""

    def setUp(self):
        super().setUp()
        self.client = Client(self.socket)
        self.addCleanup(self.client.close)

    def ask(self, text, wants):
        self.assertEqual(self.client.ask(text), wants, text)

    def symbol(self, name):
        out = subprocess.run(['nm', GUEST], capture_output=True, text=True, check=True).stdout
        return int(re.search(rf'^(\w+) \w {name}$', out, re.M).group(1), 16)

    def test_handshake(self):
        r = self.client.ask('qSupported:multiprocess+;swbreak+;hwbreak+;xmlRegisters=i386').split(';')
        for word in ('PacketSize=4000', 'multiprocess+', 'swbreak+', 'hwbreak+', 'vContSupported+', 'QStartNoAckMode+',
                     'qXfer:features:read+'):
            self.assertIn(word, r)
        self.ask('QStartNoAckMode', 'OK')
        self.client.raw(b'+')
        self.ask('qC', 'QCp1.1')
        self.ask('qfThreadInfo', 'mp1.1')
        self.ask('qsThreadInfo', 'l')
        self.ask('qAttached', '1')
        self.ask('Hg0', 'OK')
        self.ask('Hgp1.1', 'OK')
        self.ask('Hg7', 'E22')
        self.ask('Tp1.1', 'OK')
        self.ask('T99', 'E22')
        self.ask('vMustReplyEmpty', '')
        self.assertTrue(self.client.ask('vCont?').startswith('vCont;c;C;s;S'))

    def test_nonsense(self):
        """Bad packets are answered or skipped; the stub lives on."""
        c = self.client
        c.raw(b'$m0,1#00')
        self.assertEqual(c.byte(), b'-')
        c.raw(b'garbage $$$#00 ~~~ +++ $m0#zz')
        self.assertEqual(c.receive(), '')  # to the empty packet among it
        for text, wants in [('m', 'E22'), ('mzz,1', 'E22'), ('m0', 'E22'), ('M0,4:12', 'E22'), ('Z9,0,0', 'E22'),
                            ('Z2,0,0', 'E22'), ('Z0', 'E22'), ('z0,123,1', 'E22'), ('p999', 'E22'), ('P0=1', 'E22'),
                            ('G12', 'E22'), ('H', 'E22'), ('vCont;q', 'E22'), ('vCont', 'E22'), ('C', 'E22'),
                            ('m0,' + 'f' * 40, 'E22'), ('X0,5:abc', 'E22'),
                            ('qXfer:features:read:nothing:0,10', 'E00'), ('qXfer:features:read:target.xml:zz', 'E22'),
                            ('qThreadExtraInfo,99', 'E22'), ('qSearch:memory:0', 'E22'), ('unknown', ''), ('', '')]:
            self.ask(text, wants)
        self.ask('m0,' + '1' * 20000, 'E22')
        self.ask('qXfer:features:read:target.xml:ffffffff,10', 'l')
        self.assertEqual(len(c.ask('m100000,ffffff')), 0x4000)
        self.ask('qC', 'QC1')

    def test_run_and_stop(self):
        spin, counter = self.symbol('spin'), self.symbol('counter')
        c = self.client
        c.ask('qSupported:swbreak+;hwbreak+')
        self.ask(f'Z1,{spin:x},1', 'OK')
        self.ask(f'Z1,{spin:x},1', 'OK')
        self.ask(f'Z2,{counter:x},8', 'OK')
        self.assertIn(f'watch:{counter:x};', c.ask('c'))
        self.ask(f'z2,{counter:x},8', 'OK')
        stop = c.ask('vCont;c')
        self.assertIn('hwbreak:;', stop)
        self.assertIn(f'10:{spin.to_bytes(8, "little").hex()};', stop)
        self.ask(f'z1,{spin:x},1', 'OK')
        c.send('vCont;c')
        c.raw(b'\x03')
        self.assertTrue(c.receive().startswith('T02'))
        self.assertTrue(c.ask('vCont;s:1;c').startswith('T05'))
        self.ask(f'M{self.symbol("go_on"):x},4:01000000', 'OK')
        self.assertEqual(c.ask('c'), 'W01')

    def test_range_step(self):
        """The whole of a range is one step for gdb."""
        ready, twice = self.symbol('ready'), self.symbol('twice')
        c = self.client
        self.ask(f'Z0,{twice:x},1', 'OK')
        c.ask('c')
        self.ask(f'z0,{twice:x},1', 'OK')
        self.assertNotIn(f'10:{twice.to_bytes(8, "little").hex()};', c.ask(f'vCont;r{twice:x},{twice + 4:x}:1'))
        pc = int.from_bytes(bytes.fromhex(c.ask('p10')), 'little')
        self.assertFalse(twice <= pc < twice + 4, hex(pc))
        self.assertGreater(ready, 0)

    def test_another_gdb(self):
        """Who goes without a word leaves no breakpoint, and the next one may come."""
        spin = self.symbol('spin')
        self.ask(f'Z0,{spin:x},1', 'OK')
        self.client.close()
        self.client = Client(self.socket)
        self.assertTrue(self.client.ask('?').startswith('T05'))
        self.client.send('c')
        self.client.raw(b'\x03')
        self.assertTrue(self.client.receive().startswith('T02'))
        self.client.close()

    def test_search(self):
        text = self.client.ask(f'm{self.symbol("twice"):x},4')
        code = bytes.fromhex(text).decode('latin1')
        code = ''.join('}' + chr(ord(x) ^ 0x20) if x in '#$}*' else x for x in code)
        self.ask(f'qSearch:memory:{self.symbol("twice"):x};1000;{code}', f'1,{self.symbol("twice"):x}')

    def test_physical(self):
        self.ask('Qqemu.PhyMemMode:1', 'OK')
        self.ask('qqemu.PhyMemMode', '1')
        self.assertEqual(len(self.client.ask('m100000,10')), 32)
        self.ask('Qqemu.PhyMemMode:0', 'OK')


if __name__ == '__main__':
    if not GDB:
        print('SKIPPED: gdb is not installed: its half of this test does not run', file=sys.stderr)
    unittest.main()

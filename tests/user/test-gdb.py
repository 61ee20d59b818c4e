#!/usr/bin/env python3
"""gdb on a program: Debian's gdb, and packets by hand.

usage: test-gdb.py EMULATOR GUEST BACKEND FOLDER-OF-RSP
"""
# SPDX-License-Identifier: MIT
import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, sys.argv.pop())
from rsp import Client  # noqa: E402

BACKEND = sys.argv.pop()
GUEST = os.path.abspath(sys.argv.pop())
PROGRAM = os.path.abspath(sys.argv.pop())
GDB = shutil.which('gdb')
TIMEOUT = 120
INTERRUPT = ('python import threading, os, signal; '
             'threading.Timer(2, os.kill, (os.getpid(), signal.SIGINT)).start()')


class Program(unittest.TestCase):
    """A program that waits for gdb on a socket."""

    def start(self, *args, where='%s'):
        folder = tempfile.TemporaryDirectory(prefix='mynah-')
        self.addCleanup(folder.cleanup)
        self.socket = os.path.join(folder.name, 'gdb')
        self.program = subprocess.Popen(
            [PROGRAM, '-accel', 'tcg,backend=' + BACKEND, '-g', where.replace('%s', self.socket), GUEST, *args],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        self.addCleanup(self.program.stdout.close)
        self.addCleanup(self.program.wait)
        self.addCleanup(self.program.kill)
        if where == '%s':
            while not os.path.exists(self.socket):
                self.assertIsNone(self.program.poll(), 'it has ended too early')
                time.sleep(0.01)

    def ends(self, status, output='hello\n'):
        self.assertEqual(self.program.wait(TIMEOUT), status)
        self.assertEqual(self.program.stdout.read(), output)


@unittest.skipUnless(GDB, 'gdb is not installed')
class Gdb(Program):
    def gdb(self, *commands, guest=(GUEST,)):
        argv = [GDB, '-nx', '-batch', '-ex', 'set width 0', '-ex', 'target remote ' + self.socket]
        for c in commands:
            argv += ['-ex', c]
        r = subprocess.run([*argv, *guest], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=TIMEOUT)
        self.text = r.stdout + r.stderr

    def says(self, *patterns):
        """The patterns are there, in this order."""
        at = 0
        for p in patterns:
            m = re.compile(p, re.M).search(self.text, at)
            self.assertIsNotNone(m, f'no {p!r} after {self.text[:at]!r} in:\n{self.text}\n{self.end()}')
            at = m.end()

    def end(self):
        """How the program ended, for who looks into a failure."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            return f'the program ended with status {self.program.wait(1)}'
        return 'the program still runs'

    def test_breakpoints_and_steps(self):
        self.start()
        self.gdb('break main', 'continue', 'break twice', 'hbreak touch', 'continue', 'backtrace', 'finish', 'continue', 'delete',
                 'finish', 'next', 'stepi', 'stepi', 'print twice(21)', 'info registers rip', 'continue')
        self.says(r'^Breakpoint 1, main \(', r'^Breakpoint 2, twice \(x=.*1\)', r'^#1 .* in main \(',
                  r'^Value returned is .* = 2$', r'^Breakpoint 3, touch', r'= 42$', r'^rip ', r'exited with code 011')
        self.ends(9)

    def test_watchpoints(self):
        self.start()
        self.gdb('break main', 'continue', 'watch counter', 'continue', 'continue', 'delete', 'rwatch wide[1]', 'continue',
                 'delete', 'awatch wide[2]', 'continue', 'delete', 'continue')
        self.says(r'Old value = 0\nNew value = 2', r'Old value = 2\nNew value = 4', r'^Hardware read watchpoint 3: wide\[1\]\n\nValue = 0',
                  r'Old value = 2\nNew value = 4', r'exited with code 011')
        self.ends(9)

    def test_memory(self):
        """A write to code, which the program may not write itself, is seen by what was translated from it."""
        self.start()
        self.gdb('break touch', 'continue', 'set {unsigned char[4]}twice = {0x6a, 42, 0x58, 0xc3}', 'set var wide[1] = 0x99',
                 'continue', 'print/x wide[1]', 'print counter', 'info registers rdi', 'print *(int *)16')
        self.says(r'touch \(v=.*2\)', r'touch \(v=.*42\)', r'= 0x99$', r'= 2$', r'^rdi +0x2a', 'Cannot access memory')

    def test_signals(self):
        self.start('signals')
        self.gdb('continue', 'print $_siginfo.si_signo', 'continue', 'info inferiors', 'continue')
        self.says(r'received signal SIGUSR1', r'= 10$', r'received signal SIGTERM', r'terminated with signal SIGTERM')
        self.ends(-15, 'hello\ngot 10\n')

    def test_no_pass(self):
        """A signal that gdb holds back, another one in its place, and one of gdb's own."""
        self.start('signals')
        self.gdb('handle SIGUSR1 nopass', 'continue', 'continue', 'print seen', 'signal 0')
        self.says(r'received signal SIGUSR1', r'received signal SIGTERM', r'= 0$', r'exited with code 04')
        self.ends(4, 'hello\ngot 0\n')
        self.start('signals')
        self.gdb('continue', 'signal 0', 'signal SIGUSR1', 'print seen')
        self.says(r'received signal SIGUSR1', r'received signal SIGTERM', r'exited with code 04')

    def test_crash(self):
        self.start('crash')
        self.gdb('continue', 'backtrace', 'print $_siginfo._sifields._sigfault.si_addr', 'continue')
        self.says(r'received signal SIGSEGV', r'^#0 .*crash \(', r'= \(void \*\) 0x10$', r'terminated with signal SIGSEGV')
        self.ends(-11)

    def test_threads(self):
        self.start('threads')
        self.gdb('break twice if x == 102', 'continue', 'info threads', 'thread 1', 'bt', 'delete', INTERRUPT, 'continue',
                 'thread apply all print counter > 0', 'break twice thread 3', 'continue', 'delete', 'stepi', 'stepi',
                 'set var go_on = 1', 'continue')
        # the first thread is in pthread_join(), or on its way there
        self.says(r'hit Breakpoint 1, twice \(x=.*102\)', r'^\* +\d +Thread', r'^#\d .*\bthreads \(\)', r'received signal SIGINT',
                  r'= 1$', r'= 1$', r'= 1$', r'= 1$', r'hit Breakpoint 2, twice', r'exited with code 03')
        self.ends(3)

    def test_children(self):
        """They run on their own, at full speed over the parent's breakpoints."""
        self.start('child')
        self.gdb('break twice', 'continue', 'continue', 'continue')
        self.says(r'twice \(x=.*1\)', r'twice \(x=.*2\)', r'exited with code 036')
        self.ends(30)

    def test_exec(self):
        """gdb goes over to the program that is executed, and its breakpoints with it."""
        self.start('again')
        self.gdb('break main', 'continue', 'print argc', 'continue', 'print argv[1]', 'next', 'continue')
        self.says(r'^Breakpoint 1, main \(', r'= 2$', r'is executing new program: .*user-gdb', r'^Breakpoint 1, main \(', r'"spare"',
                  r'exited with code 062')
        self.ends(50, 'hello\nhello\n')

    def test_catch_exec(self):
        """Before its first instruction; of a thread that is not the first; a watchpoint ends with the old program."""
        self.start('thread')
        self.gdb('break thread_again', 'continue', 'catch exec', 'delete 1', 'continue', 'info threads', 'info breakpoints', 'bt 1',
                 'print $_siginfo.si_signo', 'tbreak spare', 'continue', 'finish', 'continue')
        self.says(r'^Breakpoint 1, thread_again', r'Catchpoint 2 \(exec\)', r'Catchpoint 2 \(exec\S* .*user-gdb', r'^\* 1 .*Thread',
                  r'catchpoint .*exec', r'^#0 .*(_start|\?\? \(\) from .*/ld-linux)', r'breakpoint 3, spare', r'= 50$', r'exited with code 062')
        self.ends(50, 'hello\nhello\n')

    def test_follow_exec_new(self):
        self.start('again')
        self.gdb('set follow-exec-mode new', 'break twice', 'continue', 'delete', 'tbreak spare', 'continue', 'info inferiors', 'continue')
        self.says(r'^Breakpoint 1, twice', r'is executing new program', r'breakpoint 2.*spare', r'^\* 2 +process', r'exited with code 062')
        self.ends(50, 'hello\nhello\n')

    def test_interrupt_and_kill(self):
        self.start('spin')
        self.gdb('break spin', 'continue', INTERRUPT, 'continue', 'print counter', 'info threads', 'kill')
        self.says(r'received signal SIGINT', r'= 4$', 'killed')
        self.assertEqual(self.program.wait(TIMEOUT), -9)

    def test_detach(self):
        self.start('spin')
        self.gdb('break twice', 'continue', 'set var go_on = 5', 'detach')
        self.says('detached')
        self.ends(5)

    def test_without_a_program(self):
        """gdb gets all files from the target."""
        self.start()
        self.gdb('break main', 'continue', 'info sharedlibrary', 'info symbol main', guest=[])
        self.says(r'^Reading \S*user-gdb-\S+ from remote target', r'^Breakpoint 1, main \(', r'main in section .text')
        if 'dynamic' in GUEST:
            self.says(r'^Reading \S*ld-linux-x86-64.so.2 from remote target', r'target:/\S*libc.so.6')

    def test_auxv_and_description(self):
        self.start()
        self.gdb('info auxv', 'maint print xml-tdesc')
        self.says('AT_PHDR', 'AT_RANDOM', 'org.gnu.gdb.i386.core', 'org.gnu.gdb.i386.avx', 'org.gnu.gdb.i386.linux')
        self.assertNotIn('cr0', self.text)


@unittest.skipIf('dynamic' in GUEST, 'it is not where nm says')
class Packets(Program):
    """By hand."""

    def begin(self, *args):
        self.start(*args)
        self.client = Client(self.socket)
        self.addCleanup(self.client.close)

    def symbol(self, name):
        out = subprocess.run(['nm', GUEST], capture_output=True, text=True, check=True).stdout
        return int(re.search(rf'^(\w+) \w {name}$', out, re.M).group(1), 16)

    def test_handshake(self):
        self.begin()
        c = self.client
        pid = f'{self.program.pid:x}'
        for word in ('multiprocess+', 'qXfer:auxv:read+', 'qXfer:siginfo:read+', 'qXfer:exec-file:read+'):
            self.assertIn(word, c.ask('qSupported:multiprocess+;swbreak+;hwbreak+').split(';'))
        self.assertEqual(c.ask('qC'), f'QCp{pid}.{pid}')
        self.assertEqual(c.ask('qAttached'), '0')
        self.assertEqual(c.ask('qfThreadInfo'), f'mp{pid}.{pid}')
        self.assertEqual(c.ask('qXfer:exec-file:read::0,1000'), 'l' + os.path.realpath(GUEST))
        self.assertEqual(c.ask('qXfer:siginfo:read::0,1000'), 'E00')
        self.assertEqual(c.ask('m10,4'), 'E14')
        self.assertEqual(c.ask('Qqemu.PhyMemMode:1'), 'E22')
        self.assertEqual(c.ask('c'), 'W09')

    def descriptors(self):
        """The program's; not one that is open for a moment only."""
        now, before = os.listdir(f'/proc/{self.program.pid}/fd'), None
        for _ in range(50):
            if now == before:
                break
            time.sleep(0.1)
            now, before = os.listdir(f'/proc/{self.program.pid}/fd'), now
        return now

    def test_files(self):
        """What gdb reads of the target's files; the program sees no descriptor of that."""
        self.begin()
        c = self.client
        name = GUEST.encode().hex()
        with open(GUEST, 'rb') as f:
            content = f.read()
        self.assertEqual(c.ask('vFile:setfs:0'), 'F0')
        fds = self.descriptors()  # with the connection: it has answered
        self.assertEqual(c.ask(f'vFile:open:{name},0,0'), 'F0')
        self.assertEqual(c.ask(f'vFile:open:{name},0,0'), 'F1')
        data = b''
        while (part := c.ask(f'vFile:pread:0,1000,{len(data):x}').encode('latin1')) != b'F0;':
            count, _, part = part.partition(b';')
            self.assertEqual(int(count[1:], 16), len(part))
            data += part
        self.assertEqual(data, content)
        stat = c.ask('vFile:fstat:1').encode('latin1')
        self.assertEqual(stat[:4], b'F40;')
        self.assertEqual(int.from_bytes(stat[4 + 28:4 + 36], 'big'), len(content))
        self.assertEqual(c.ask('vFile:close:0'), 'F0')
        for text, err in (('close:0', 9), ('pread:0,1,0', 9), ('fstat:7', 9), ('pread:1,1', 22), ('open:,0,0', 22),
                          (f'open:{name},1,0', 30), (f'open:{b"/nowhere".hex()},0,0', 2), (f'readlink:{name}', 22)):
            self.assertEqual(c.ask('vFile:' + text), f'F-1,{err:x}', text)
        exe = c.ask(f'vFile:open:{b"/proc/self/exe".hex()},0,0')
        self.assertEqual(c.ask(f'vFile:fstat:{exe[1:]}').encode('latin1'), stat)
        self.assertEqual(c.ask(f'vFile:readlink:{b"/proc/self/cwd".hex()}').partition(';')[2], os.getcwd())
        self.assertEqual(self.descriptors(), fds)
        c.ask('c')
        self.ends(9)

    def test_exec(self):
        """Only who wants to know of it is told."""
        self.begin('again')
        c = self.client
        self.assertIn('exec-events+', c.ask('qSupported:multiprocess+;exec-events+').split(';'))
        path, pid = os.path.realpath(GUEST).encode().hex(), f'{self.program.pid:x}'
        self.assertRegex(c.ask('c'), f'^T05exec:{path};.*thread:p{pid}.{pid};$')
        self.assertEqual(c.ask('qXfer:exec-file:read::0,1000'), 'l' + os.path.realpath(GUEST))
        c.close()
        c = self.client = Client(self.socket)
        self.addCleanup(c.close)
        self.assertTrue(c.ask('?').startswith('T05'))
        self.assertEqual(c.ask('c'), 'W32')
        self.begin('again')
        self.client.send('c')
        self.assertRaises((EOFError, ConnectionError), self.client.receive)
        self.ends(50, 'hello\nhello\n')

    def test_detach_and_kill(self):
        self.begin()
        self.assertEqual(self.client.ask(f'D;{self.program.pid:x}'), 'OK')
        self.ends(9)
        self.begin('spin')
        self.assertEqual(self.client.ask(f'vKill;{self.program.pid:x}'), 'OK')
        self.assertEqual(self.program.wait(TIMEOUT), -9)

    def test_killed(self):
        """Nobody is left to say so: the connection ends."""
        self.begin('spin')
        self.client.send('c')
        self.program.kill()
        self.assertRaises((EOFError, ConnectionError), self.client.receive)

    def test_nonsense(self):
        self.begin()
        c = self.client
        c.raw(b'$m0,1#00~~~+++')
        for text in ('m', 'vCont;q', 'Hgp1.1', 'Z9,0,0', 'P0=1', 'vCont', 'qXfer:auxv:read::zz'):
            self.assertEqual(c.ask(text), 'E22', text)
        self.assertEqual(c.ask('unknown'), '')
        c.send('vKill;1')
        self.assertEqual(self.program.wait(TIMEOUT), -9)

    def test_step_over_system_calls(self):
        """Every instruction is a step, those of system calls too."""
        self.begin()
        c, main = self.client, self.symbol('main')
        c.ask(f'Z0,{main:x},1')
        c.ask('c')
        c.ask(f'z0,{main:x},1')
        for _ in range(20000):
            stop = c.ask('vCont;s:-1')
            if not stop.startswith('T05'):
                break
        self.assertEqual(stop, 'W09')
        self.ends(9)

    def test_come_again(self):
        """Who goes without a word leaves the program where it is, and no breakpoints; the next one may come."""
        self.begin('spin')
        self.client.ask(f'Z0,{self.symbol("twice"):x},1')
        self.client.close()
        c = self.client = Client(self.socket)
        self.addCleanup(c.close)
        self.assertTrue(c.ask('?').startswith('T05'))
        c.send('c')
        time.sleep(0.3)
        c.raw(b'\x03')
        self.assertTrue(c.receive().startswith('T02'))
        c.raw(b'\x03')  # one that comes too late is for the next run
        self.assertTrue(c.ask('c').startswith('T02'))
        self.assertEqual(c.ask(f'M{self.symbol("go_on"):x},8:0600000000000000'), 'OK')
        self.assertEqual(c.ask('c'), 'W06')

    def test_tcp(self):
        with socket.socket() as s:
            s.bind(('127.0.0.1', 0))
            port = s.getsockname()[1]
        self.start(where=str(port))
        while True:
            try:
                s = socket.create_connection(('127.0.0.1', port))
                break
            except ConnectionRefusedError:
                self.assertIsNone(self.program.poll())
                time.sleep(0.01)
        with s:
            s.sendall(b'$c#63')
            data = b''
            while b'$W09#' not in data:
                data += s.recv(100) or self.fail(data)
        self.ends(9)


class Waiting(unittest.TestCase):
    def test_signal(self):
        """Who waits for gdb, and for nothing else, is ended by a signal as any program."""
        with socket.socket() as s:
            s.bind(('127.0.0.1', 0))
            port = s.getsockname()[1]
        p = subprocess.Popen([PROGRAM, '-g', str(port), GUEST], stdin=subprocess.DEVNULL)
        probe = socket.socket()
        while probe.connect_ex(('127.0.0.1', port)):
            self.assertIsNone(p.poll())
            time.sleep(0.01)
            probe = socket.socket()
        probe.close()
        p.terminate()
        self.assertEqual(p.wait(timeout=TIMEOUT), -15)


class BadPlaces(unittest.TestCase):
    def fails(self, where, text):
        r = subprocess.run([PROGRAM, '-g', where, GUEST], capture_output=True, text=True, timeout=TIMEOUT)
        self.assertEqual((r.returncode, r.stdout), (1, ''))
        self.assertRegex(r.stderr, r'\A[^\n]*-g ' + re.escape(where) + ': [^\n]*' + text + r'[^\n]*\n\Z')

    def test_bad_places(self):
        self.fails('0', 'from 1 to 65535')
        self.fails('65536', 'from 1 to 65535')
        self.fails('99999999999999999999', 'from 1 to 65535')
        self.fails('', 'from 1 to 65535')
        self.fails('/nowhere/socket', 'No such file')
        self.fails('/tmp/' + 'x' * 200, 'characters')
        self.fails('/tmp/%d%d', 'only one %d')
        for text in ('', '1:2', '-1:0:e', '0:0:e', '99999:0:e', 'x:0:e'):
            r = subprocess.run([PROGRAM, '-g', '1', '-gdb-exec', text, GUEST], stdin=subprocess.DEVNULL, capture_output=True, text=True)
            self.assertEqual((r.returncode, r.stdout), (1, ''))
            self.assertRegex(r.stderr, r'\A[^\n]*-gdb-exec [^\n]*expected[^\n]*\n\Z')
        with socket.socket() as s:
            s.bind(('0.0.0.0', 0))
            s.listen()
            self.fails(str(s.getsockname()[1]), 'in use')


if __name__ == '__main__':
    if not GDB:
        print('SKIPPED: gdb is not installed: its half of this test does not run', file=sys.stderr)
    unittest.main()

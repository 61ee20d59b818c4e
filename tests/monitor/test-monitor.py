#!/usr/bin/env python3
"""The monitor: over a socket, behind Ctrl-A C on a terminal, and through gdb's `monitor`.

usage: test-monitor.py EMULATOR GUEST
"""
# SPDX-License-Identifier: MIT
import os
import pty
import re
import socket
import subprocess
import sys
import tempfile
import tty
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../gdb'))
from rsp import Client  # noqa: E402

GUEST = os.path.abspath(sys.argv.pop())
PROGRAM = os.path.abspath(sys.argv.pop())
PROMPT = b'(qemu) '
TIMEOUT = 120


class Machine(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix='mynah-')
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.path = os.path.join(self.folder, 'monitor')

    def start(self, *options, **popen):
        argv = [PROGRAM, '-m', '64', '-kernel', GUEST, '-no-reboot', '-device', 'isa-debug-exit,iobase=0xf4,iosize=4',
                *options]
        self.machine = subprocess.Popen(argv, **{'stdin': subprocess.DEVNULL, **popen})
        self.addCleanup(self.machine.wait)
        self.addCleanup(self.machine.kill)

    def connect(self):
        self.dial()
        return self.until(PROMPT)

    def dial(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.addCleanup(self.sock.close)
        self.sock.settimeout(TIMEOUT)
        while True:
            try:
                return self.sock.connect(self.path)
            except (FileNotFoundError, ConnectionRefusedError):  # it is not that far yet
                self.assertIsNone(self.machine.poll(), 'it has ended too early')

    def until(self, end):
        text = b''
        while not text.endswith(end):
            more = self.sock.recv(65536)
            self.assertTrue(more, f'the end came after {text!r}')
            text += more
        return text.decode()

    def ask(self, line):
        """What the command prints; lines end with a single newline."""
        self.sock.sendall(line.encode() + b'\n')
        text = self.until(PROMPT)
        echo, _, text = text.partition('\r\n')
        self.assertEqual(echo, line)
        return text[:-len(PROMPT)].replace('\r\n', '\n')

    def symbol(self, name):
        out = subprocess.run(['nm', GUEST], capture_output=True, text=True, check=True).stdout
        return int(re.search(rf'^(\w+) \w {name}$', out, re.M).group(1), 16)


class Socket(Machine):
    uuid = '550e8400-e29b-41d4-a716-446655440000'

    def setUp(self):
        super().setUp()
        self.start('-display', 'none', '-serial', 'null', '-name', 'guest=one,debug-threads=on', '-uuid', self.uuid.upper(),
                   '-S', '-monitor',
                   f'unix:{self.path},server=on,wait=off')
        self.banner = self.connect()

    def test_run_state(self):
        self.assertTrue(self.banner.endswith('\r\n(qemu) '), self.banner)
        self.assertEqual(self.ask('info status'), 'VM status: paused (prelaunch)\n')
        self.assertEqual(self.ask('cont'), '')
        self.assertEqual(self.ask('info status'), 'VM status: running\n')
        self.assertEqual(self.ask('stop'), '')
        self.assertEqual(self.ask('info status'), 'VM status: paused\n')
        self.assertEqual(self.ask('c'), '')
        self.assertEqual(self.ask('info status'), 'VM status: running\n')

    def test_accel(self):
        """Another accelerator, or the same with other properties, stopped and running; none where it cannot be."""
        self.assertEqual(self.ask('info accel').count('\n'), 1)
        before = self.ask('info registers')
        self.assertEqual(self.ask('accel tcg,backend=interp'), '')
        self.assertRegex(self.ask('info accel'), r'^tcg: .*\nchanged 1 times, the last time in \d+\.\d\d ms\n$')
        self.assertEqual(self.ask('info registers'), before)
        self.assertEqual(self.ask('info status'), 'VM status: paused (prelaunch)\n')
        self.ask('cont')
        for bad, says in (('hax', "'hax' is no accelerator"), ('tcg,backend=none', "'none' is no backend"),
                          ('tcg,tb-size=1000000', 'tb-size=1000000: expected'), ('tcg,nothing=1', 'no property'),
                          ('tcg,perfmap=on', 'the interpreter makes no code')):
            self.assertRegex(self.ask('accel ' + bad), f'^Error: accel {bad}: .*{says}')
            self.assertIn('changed 1 times', self.ask('info accel'))
            self.assertEqual(self.ask('info status'), 'VM status: running\n')
        self.assertEqual(self.ask('accel tcg,backend=interp,one-insn-per-tb=on'), '')
        self.assertIn('changed 2 times', self.ask('info accel'))
        self.ask('stop')
        pc = self.ask('print/x $rip')
        self.assertEqual(self.ask('accel tcg,one-insn-per-tb=off'), '')
        self.assertEqual(self.ask('print/x $rip'), pc)
        self.assertEqual(self.ask('info status'), 'VM status: paused\n')

    def test_registers(self):
        first = self.ask('info registers')
        self.assertTrue(first.startswith('\nCPU#0\nEAX=00000000 EBX='), first)
        for line in (r'^EIP=[0-9a-f]{8} EFL=00000002 \[-------\] CPL=0 II=0 A20=1 SMM=0 HLT=0$',
                     r'^CS =[0-9a-f]{4} 00000000 ffffffff 00cf9b00 DPL=0 CS32 \[-RA\]$',
                     r'^CR0=\d{7}1 CR2=00000000 CR3=00000000 CR4=00000000$', r'^EFER=0000000000000000$',
                     r'^FCW=\w{4} FSW=\w{4} \[ST=0\] FTW=\w\w MXCSR=00001f80$', r'^XMM07=|XMM07='):
            self.assertRegex(first, re.compile(line, re.M))
        self.assertEqual(self.ask('info registers -a'), first)
        self.assertEqual(self.ask('info registers 0'), first)
        self.assertEqual(self.ask('info registers 1'), 'CPU#1 not available\n')
        self.assertRegex(self.ask('info cpus'), r'^\* CPU #0: thread_id=[1-9]\d*\n$')
        self.assertEqual(self.ask('print/x $rip'), '0x100000\n')
        self.assertEqual(self.ask('print/x $pc + $eflags'), '0x100002\n')

    def test_memory(self):
        self.assertEqual(self.ask('x/2xw 0x100000'), '0000000000100000: 0x15010ffa %s\n' %
                         self.ask('x/1xw 0x100004').split()[1])
        self.assertEqual(self.ask('xp/4xb 0x100000'), '0000000000100000: 0xfa 0x0f 0x01 0x15\n')
        self.assertEqual(self.ask('x/c 0x100003'), "0000000000100003: '\\x15'\n")
        self.assertEqual(self.ask('xp/i 0x100000'), '0x00100000:  fa                             cli\n')
        self.assertEqual(self.ask('xp/dh 0x100000'), '0000000000100000:   4090\n')
        self.assertEqual(self.ask('xp/8g 0x100000').count('\n'), 4)
        self.assertEqual(self.ask('info mem'), 'PG disabled\n')
        for i, command in enumerate(('memsave', 'pmemsave')):
            path = os.path.join(self.folder, f'save{i}')
            self.assertEqual(self.ask(f'{command} 0x100000 6000 "{path}"'), '')
            with open(path, 'rb') as f:
                data = f.read()
            self.assertEqual((len(data), data[:4]), (6000, b'\xfa\x0f\x01\x15'))
        self.assertRegex(self.ask('memsave 0 16 "/nonexistent/x"'), r"^Error: Could not write '/nonexistent/x': No such")
        total = 0
        for byte in data[:100]:
            total = ((total >> 1 | total << 15) + byte) & 0xffff
        self.assertEqual(self.ask('sum 0x100000 100'), '%05d\n' % total)

    def test_paging(self):
        """Once the guest has turned paging on: all of 4 GiB by pages of 2 MiB."""
        self.ask('cont')
        while 'PG' in (text := self.ask('info mem')):
            pass
        self.assertEqual(text, '0000000000000000-0000000100000000 0000000100000000 -rw\n')
        pages = self.ask('info tlb').splitlines()
        self.assertEqual(len(pages), 2048)
        self.assertRegex(pages[0], r'^0000000000000000: 0000000000000000 --P.A---W$')
        self.assertEqual(pages[-1], '00000000ffe00000: 00000000ffe00000 --P-----W')
        self.ask('stop')
        self.assertRegex(self.ask('x/1xb 0x8000000000000'), 'Cannot access memory')
        self.assertEqual(self.ask('gva2gpa 0x100123'), 'gpa: 0x100123\n')
        self.assertEqual(self.ask('gva2gpa 0x8000000000000'), 'Unmapped\n')
        self.assertRegex(self.ask('x/i $pc'), r'^0x0010\w{4}:  \w\w ')

    def test_expressions(self):
        for expr, value in (('1+2*3', 7), ('(1+2)*3', 9), ('-1', -1), ('~0&0xff', 255), ('7%4', 3), ('1+2|4', 7),
                            ("'A'", 65), ('0x10 + 010', 24), ('- -5', 5), ('0x7fffffffffffffff+1', -2**63),
                            ('-0x8000000000000000/-1', -2**63)):
            self.assertEqual(self.ask('print/d ' + expr), f'{value}\n', expr)
        for expr, message in (('1/0', 'division by zero'), ('$nothing', 'unknown register'), ('(1', "')' expected"),
                              ('', 'unexpected end of expression'), ('"', "invalid char '\"' in expression"),
                              ('(' * 1000, 'expression is nested too deeply')):
            self.assertEqual(self.ask('print ' + expr), message + '\nTry "help print" for more information\n')

    def test_errors(self):
        self.assertEqual(self.ask('foo'), "unknown command: 'foo'\n")
        self.assertEqual(self.ask('info foo'), "unknown command: 'info foo'\n")
        self.assertEqual(self.ask('stop now'), 'stop|s: extraneous characters at the end of line\n'
                                               'Try "help stop" for more information\n')
        self.assertEqual(self.ask('x/q 0'), "invalid char in format: 'q'\nTry \"help x\" for more information\n")
        self.assertEqual(self.ask('c now'), 'cont|c: extraneous characters at the end of line\n'
                                            'Try "help c" for more information\n')
        self.assertEqual(self.ask('memsave 0 16'), 'memsave: string expected\n'
                                                   'Try "help memsave" for more information\n')
        self.assertEqual(self.ask('cpu 1'), 'invalid CPU index\n')
        self.assertEqual(self.ask('logfile /nonexistent/x'), 'Error: /nonexistent/x: No such file or directory\n')
        self.assertEqual(self.ask(''), '')

    def test_logfile(self):
        path = os.path.join(self.folder, 'log')
        self.assertEqual(self.ask('log in_asm') + self.ask(f'logfile "{path}"'), '')
        self.ask('cont')
        while not os.path.getsize(path):
            self.ask('info status')

    def test_topics(self):
        self.assertEqual(self.ask('info name'), 'one\n')
        self.assertEqual(self.ask('info uuid'), self.uuid + '\n')
        self.assertRegex(self.ask('info version'), r'^\d+\.\d+\.\d+.*QEMU 10\.0\n$')
        self.assertRegex(self.ask('info chardev'), r'(?m)^monitor0: filename=unix:.*,server=on')
        self.assertRegex(self.ask('info mtree'), r'(?m)^    00000000fec00000-00000000fec00fff \(prio \d+, i/o\): ioapic$')
        self.assertRegex(self.ask('info mtree -f'), r'(?m)^00000000fed00000-00000000fed003ff i/o hpet$')
        self.assertRegex(self.ask('info pic'), r'(?m)^pic0: irr=00 imr=00 isr=00 hprio=0 irq_base=00')
        self.assertRegex(self.ask('info lapic'), r'(?m)^LVT0\t 0x00000700 .* ExtINT \(vec 0\)$')
        self.assertIn('IRQ statistics for ioapic:\n', self.ask('info irq'))
        self.assertTrue(self.ask('info accel').startswith('tcg'))
        self.assertIn('guest instructions', self.ask('info jit'))
        help_text = self.ask('help')
        for name in ('cont|c', 'x /fmt addr', 'info [subcommand]', 'system_reset'):
            self.assertRegex(help_text, '(?m)^' + re.escape(name) + '.* -- ')
        for line in self.ask('info').splitlines():
            self.assertRegex(line, r'^info \w+ .*-- ')
        self.assertEqual(self.ask('help nmi'), 'nmi  -- inject an NMI\n')

    def test_ports_and_reset(self):
        self.assertEqual(self.ask('i/b 0x3fd'), 'portb[0x03fd] = 0x60\n')
        self.ask('o/b 0x3ff 0x5a')
        self.assertEqual(self.ask('i/b 0x3ff'), 'portb[0x03ff] = 0x5a\n')
        self.assertRegex(self.ask('log nonsense'), r'(?m)^ +in_asm ')
        self.assertEqual(self.ask('log guest_errors'), '')
        self.assertEqual(self.ask('log none'), '')
        self.assertEqual(self.ask('nmi'), '')
        self.assertEqual(self.ask('system_powerdown'), '')
        self.sock.sendall(b'system_reset\n')  # with -no-reboot that is the end
        self.assertEqual(self.machine.wait(TIMEOUT), 0)

    def test_port_ends_the_machine(self):
        self.sock.sendall(b'o/b 0xf4 3\n')
        self.assertEqual(self.machine.wait(TIMEOUT), 7)

    def test_editing(self):
        """Keys of a terminal, history and completion."""
        self.sock.sendall(b'xinfo nameq\x7f\x01\x04\x05\x1b[D\x02\x1b[C\x06\r\n')
        self.assertIn('\r\none\r\n', self.until(PROMPT))
        self.sock.sendall(b'\x1b[A\r')
        self.assertIn('\r\none\r\n', self.until(PROMPT))
        self.sock.sendall(b'system_p\t\x15info na\t\r')
        text = self.until(PROMPT)
        self.assertIn('system_powerdown', text)
        self.assertIn('\r\none\r\n', text)

    def test_random_bytes(self):
        data = bytes((i * 7919 + i // 256) % 256 for i in range(60000))
        data = data.replace(b'q', b'').replace(b'o', b'')  # not by chance quit, or a port
        self.sock.sendall(data + b'\n\x15\ninfo name\n')
        text = ''
        while 'one\r\n' not in text:
            text = text[-100:] + self.sock.recv(65536).decode('latin1')

    def test_another_client_and_quit(self):
        self.sock.close()
        self.assertIn('monitor', self.connect())
        self.assertEqual(self.ask('info name'), 'one\n')
        self.sock.sendall(b'quit\n')
        self.assertEqual(self.machine.wait(TIMEOUT), 0)


class Gdb(Machine):
    def test_gdb_and_monitor(self):
        """What one does the other sees."""
        gdb_path = os.path.join(self.folder, 'gdb')
        self.start('-display', 'none', '-serial', 'none', '-S', '-monitor', f'unix:{self.path},server,nowait')
        self.connect()
        self.assertIn('Waiting for gdb connection', self.ask('gdbserver unix:' + gdb_path))
        client = Client(gdb_path)
        self.addCleanup(client.close)
        self.assertEqual(client.ask(f'Z0,{self.symbol("spin"):x},1'), 'OK')
        self.assertTrue(client.ask('c').startswith('T05'))
        self.assertEqual(self.ask('info status'), 'VM status: paused (debug)\n')
        self.assertEqual(self.ask('print/x $rip'), '%#x\n' % self.symbol('spin'))
        client.send('qRcmd,' + b'info status'.hex())
        text = client.receive()
        self.assertEqual(bytes.fromhex(text[1:]).decode(), 'VM status: paused (debug)\n')
        self.assertEqual(client.receive(), 'OK')
        client.send('qRcmd,' + b'gdbserver none'.hex())
        self.assertIn('cannot', bytes.fromhex(client.receive()[1:]).decode())
        self.assertEqual(client.receive(), 'OK')
        client.ask(f'z0,{self.symbol("spin"):x},1')
        client.send('c')
        while self.ask('info status') != 'VM status: running\n':
            pass
        self.ask('stop')
        self.assertTrue(client.receive().startswith('T02'))
        self.assertEqual(self.ask('gdbserver none'), 'Disabled gdbserver\n')
        self.ask('cont')
        self.assertEqual(self.ask('info status'), 'VM status: running\n')


class Terminal(Machine):
    """With -nographic the monitor is behind Ctrl-A C."""

    def read_until(self, end):
        text = b''
        while end not in text:
            text += os.read(self.master, 4096)
        return text

    def test_ctrl_a_c(self):
        self.master, slave = pty.openpty()
        tty.setraw(slave)
        self.start('-nographic', stdin=slave, stdout=slave, stderr=slave)
        os.close(slave)
        self.addCleanup(os.close, self.master)
        os.write(self.master, b'\x01c')
        self.assertIn(b"monitor - type 'help'", self.read_until(PROMPT))
        os.write(self.master, b'info status\r')
        self.assertIn(b'VM status: running', self.read_until(PROMPT))
        os.write(self.master, b'\x01c\x01c')
        self.read_until(PROMPT)
        os.write(self.master, b'q\r')
        self.assertEqual(self.machine.wait(TIMEOUT), 0)

    def test_mon_on_a_chardev(self):
        self.start('-display', 'none', '-chardev', f'socket,id=m,path={self.path},server=on,wait=off,mux=on', '-mon',
                   'chardev=m,mode=readline', '-serial', 'chardev:m')
        self.dial()
        self.sock.sendall(b'\x01c')
        self.until(PROMPT)
        self.assertEqual(self.ask('info status'), 'VM status: running\n')


if __name__ == '__main__':
    unittest.main()

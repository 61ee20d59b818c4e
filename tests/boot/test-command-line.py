#!/usr/bin/env python3
"""Command lines: bad ones end with one clear line; good ones start, and leave the terminal as it was.

usage: test-command-line.py PROGRAM MANPAGE
"""
# SPDX-License-Identifier: MIT

import fcntl
import os
import pty
import re
import select
import signal
import subprocess
import sys
import tempfile
import termios
import time
import unittest

import guest

PROGRAM = os.path.abspath(sys.argv.pop(1))
MANPAGE = sys.argv.pop(1)
NAME = os.path.basename(PROGRAM)
TIMEOUT = 60  # seconds until a program that should have said something is given up


def run(*args):
    return subprocess.run([PROGRAM, *args], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=TIMEOUT)


class Files(unittest.TestCase):
    """A folder with kernels, good and bad."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix='mynah-')
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.kernel = self.file('kernel', guest.elf(guest.HALT))

    def file(self, name, data):
        path = os.path.join(self.folder, name)
        with open(path, 'wb') as f:
            f.write(data)
        return path


class BadInput(Files):
    def bad(self, *args, says):
        """Runs it; wants status 1 and one line, which has every text of `says`."""
        r = run(*args)
        lines = r.stderr.splitlines()
        self.assertEqual(r.returncode, 1, (args, r.stderr))
        self.assertEqual(len(lines), 1, r.stderr)
        self.assertTrue(lines[0].startswith(NAME + ': '), lines[0])
        for text in says:
            self.assertIn(text, lines[0])
        self.assertEqual(r.stdout, '')

    def bad_with_kernel(self, *args, says):
        self.bad('-kernel', self.kernel, '-display', 'none', *args, says=says)

    def test_nothing_to_start(self):
        self.bad(says=['-kernel'])

    def test_kvm(self):
        self.bad_with_kernel('-accel', 'kvm,device=/nonexistent', says=['-accel kvm,device=/nonexistent', 'there is no'])
        self.bad_with_kernel('-accel', 'kvm,device=/dev/null', says=['/dev/null is not KVM'])
        self.bad_with_kernel('-accel', 'kvm,device=/', says=['Is a directory'])

    def test_monitor(self):
        self.bad_with_kernel('-monitor', 'stdoi', says=['-monitor stdoi', "did you mean 'stdio'"])
        self.bad_with_kernel('-monitor', 'chardev:x', says=['no -chardev with id=x'])
        self.bad_with_kernel('-mon', 'chardev=x,mode=control', says=['-mon', 'readline'])
        self.bad_with_kernel('-chardev', 'null', says=['-chardev null', 'id=NAME'])
        self.bad_with_kernel('-chardev', 'null,id=a', '-chardev', 'null,id=a', says=["called 'a' already"])
        self.bad_with_kernel('-chardev', 'nill,id=a', says=['-chardev nill,id=a', "did you mean 'null'"])
        self.bad_with_kernel('-chardev', 'null,id=a', '-serial', 'chardev:a', '-mon', 'a', says=['in use already'])

    def test_gdb(self):
        self.bad_with_kernel('-gdb', 'tcp:', says=['-gdb tcp:', 'expected [HOST]:PORT'])
        self.bad_with_kernel('-gdb', 'unix:/nonexistent/s', says=['-gdb unix:/nonexistent/s', 'No such file'])
        self.bad_with_kernel('-gdb', 'tpc::1234', says=["did you mean 'tcp'"])

    def test_missing_kernel(self):
        self.bad('-kernel', 'no-such-file', says=['-kernel no-such-file: No such file or directory'])

    def test_kernel_is_folder(self):
        self.bad('-kernel', self.folder, '-display', 'none', says=[f'-kernel {self.folder}: '])

    def test_empty_kernel(self):
        path = self.file('empty', b'')
        self.bad('-kernel', path, '-display', 'none', says=[f'-kernel {path}: '])

    def test_device_or_pipe_as_file(self):
        pipe = os.path.join(self.folder, 'pipe')
        os.mkfifo(pipe)
        for path in '/dev/null', pipe:
            text = f'{path}: is a device or a pipe'
            self.bad('-kernel', path, '-display', 'none', says=['-kernel ' + text])
            self.bad('-bios', path, '-display', 'none', says=['-bios ' + text])
            self.bad_with_kernel('-initrd', path, says=['-initrd ' + text])

    def test_text_as_kernel(self):
        path = self.file('text', b'This is no kernel.\n' * 1000)
        self.bad('-kernel', path, '-display', 'none', says=[f'-kernel {path}: '])

    def test_truncated_bzimage(self):
        header = bytearray(0x400)
        header[0x1f1] = 30  # setup sectors; the file ends long before they do
        header[0x1fe:0x200] = b'\x55\xaa'
        header[0x202:0x206] = b'HdrS'
        header[0x206:0x208] = b'\x0f\x02'
        path = self.file('truncated', bytes(header))
        self.bad('-kernel', path, '-display', 'none', says=[f'-kernel {path}: '])

    def test_truncated_elf(self):
        for size in (20, 64, 100, 0x1001):
            path = self.file('truncated-elf', guest.elf(guest.HALT)[:size])
            self.bad('-kernel', path, '-display', 'none', says=[f'-kernel {path}: '])

    def test_two_kernels(self):
        self.bad('-kernel', self.kernel, '-kernel', 'b', says=['-kernel b: ', self.kernel])

    def test_kernel_without_option(self):
        self.bad('vmlinuz', says=['vmlinuz: ', "'-kernel vmlinuz'"])

    def test_missing_initrd(self):
        self.bad_with_kernel('-initrd', 'nope', says=['-initrd nope: No such file or directory'])

    def test_initrd_larger_than_memory(self):
        path = self.file('initrd', b'')
        os.truncate(path, 200 << 20)
        self.bad_with_kernel('-m', '128', '-initrd', path, says=[f'-initrd {path}: ', 'memory'])

    def test_initrd_without_kernel(self):
        self.bad('-initrd', self.kernel, says=['-kernel'])

    def test_memory(self):
        self.bad_with_kernel('-m', '0', says=['-m 0: '])
        self.bad_with_kernel('-m', '1000000G', says=['-m 1000000G: ', 'GiB'])
        self.bad_with_kernel('-m', 'much', says=['-m much: '])
        self.bad_with_kernel('-m', '-5', says=['-m -5: '])
        self.bad_with_kernel('-m', says=['-m: the argument is missing'])

    def test_memory_beyond_host(self):
        host = os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGESIZE') >> 20
        self.bad_with_kernel('-m', f'{host + 2}M', says=[f'-m {host + 2}M: the host has only'])

    def test_unknown_names(self):
        for args, says in [
                (['-kernal', 'x'], ['-kernal: ', "did you mean '-kernel'", '-append']),
                (['-frobnicate'], ['-frobnicate: ', '-kernel', '-append']),
                (['-accel', 'tgc'], ['-accel tgc: ', "did you mean 'tcg'"]),
                (['-accel', 'hax'], ['-accel hax: ', 'tcg']),
                (['-accel', 'tcg,thred=single'], ["did you mean 'thread'"]),
                (['-accel', 'tcg,thread=some'], ['-accel tcg,thread=some: ', 'single']),
                (['-accel', 'tcg,cache=on'], ['cache: only the code of programs is kept']),
                (['-accel', 'tcg,cache-size=5'], ['cache-size: only the code of programs is kept']),
                (['-cpu', 'maxx'], ["-cpu maxx: 'maxx' is no model, did you mean 'max'", 'Haswell', 'host']),
                (['-cpu', 'max,+ssse33'], ["-cpu max,+ssse33: there is no feature 'ssse33'"]),
                (['-device', 'isa-debugexit'], ['-device isa-debugexit: ', "did you mean 'isa-debug-exit'"]),
                (['-device', 'isa-debug-exit,iobse=4'], ['-device isa-debug-exit,iobse=4: ', 'iobase']),
                (['-device', 'isa-debug-exit,iobase=x'], ['-device isa-debug-exit,iobase=x: ']),
                (['-device', 'nothing-like-it'], ['-device nothing-like-it: ', 'isa-debug-exit']),
                (['-device', 'nope,help'], ['-device nope,help: ']),
                (['-machine', 'pcc'], ['-machine pcc: ', "did you mean 'pc'"]),
                (['-M', 'pc,acel=tcg'], ["did you mean 'accel'"]),
                (['-M', 'accel=kvm2'], ['kvm2']),
                (['-serial', 'studio'], ['-serial studio: ', "did you mean 'stdio'"]),
                (['-serial', 'file:/no/such/folder/x'], ['-serial file:/no/such/folder/x: ']),
                (['-serial', 'stdio', '-serial', 'stdio'], ['stdio is in use']),
                (['-display', 'gtk'], ['-display gtk: ']),
                (['-d', 'in_amm'], ['-d in_amm: ', "did you mean 'in_asm'"]),
                (['-d', 'nonsense'], ['-d nonsense: ', 'guest_errors']),
                (['-D', '/no/such/folder/log'], ['-D /no/such/folder/log: ']),
                (['-dfilter', '1..x'], ['-dfilter 1..x: ']),
                (['-smp', '0'], ['-smp 0: ']),
                (['-smp', '256'], ['-smp 256: ']),
                (['-rtc', 'base=yesterday'], ['-rtc base=yesterday: ', 'utc, localtime, or a date']),
                (['-rtc', 'base=2006-02-30'], ['-rtc base=2006-02-30: ']),
                (['-rtc', 'base=2300-01-01'], ['from 1970 to 2262']),
                (['-rtc', 'base=2006-06-17T16:01:21Z'], ['-rtc base=2006-06-17T16:01:21Z: ']),
                (['-rtc', 'clock=gues'], ['clock=gues: expected host, rt or vm']),
                (['-rtc', 'driftfix=slew'], ['driftfix=slew: ', 'leave it out']),
                (['-rtc', 'bse=utc'], ["did you mean 'base'"]),
                (['-machine', 'pc,hpet=off'], ['-machine pc,hpet=off: hpet=off: ', 'hpet=disable']),
                (['-machine', 'acpi=off'], ['acpi=off: ', 'always']),
                (['-machine', 'pc,usb=on'], ['usb=on: there is no USB']),
                (['-machine', 'pc,usb=off,hpet=on,smm=maybe'], ['smm=maybe: ', "'on' or 'off'"]),
                (['-uuid', 'x'], ['-uuid x: ', 'expected a UUID']),
                (['-smbios', 'type=1,uuid=x'], ['uuid=x: expected a UUID']),
                (['-smbios', 'type=1,name=x'], ['-smbios type=1,name=x: name=x: ']),
                (['-smbios', 'file=x'], ['-smbios file=x: ', 'type=11']),
                (['-smbios', 'type=4,version=x'], ['type=0, type=1 and type=11']),
                (['-smbios', 'type=11,value=' + 'x' * 65536], ['-smbios: ', 'there is room for']),
                (['-name', 'a,process=b,color=c'], ['-name a,process=b,color=c: ', 'color']),
                (['-accel', 'tcg', '-smp', '2'], ['-accel tcg: it runs 1 vCPU, and not the 2 of -smp']),
        ]:
            with self.subTest(args=args):
                self.bad_with_kernel(*args, says=says)

    def test_options_of_qemu(self):
        """What QEMU has and we have not is no misspelling: the line says what to do."""
        for args, text in [
                (['-drive', 'file=x,format=raw'], '-initrd'),
                (['--hda', 'x'], '-initrd'),
                (['-netdev', 'user,id=n'], '-nic none'),
                (['-vnc', ':0'], '-nographic'),
                (['-qmp', 'stdio'], '-monitor'),
                (['-boot', 'order=c'], '-kernel'),
                (['-fw_cfg', 'name=opt/x,string=y'], '-smbios'),
                (['-action', 'reboot=shutdown'], '-no-reboot'),
        ]:
            with self.subTest(args=args):
                self.bad_with_kernel(*args, says=[f"{args[0]}: QEMU's option, which is not here: ", text])

    def test_accelerators(self):
        """A line for each that cannot be used, and the end when none is left; a bad value ends at once."""
        self.bad_lines('-accel', 'hax', '-accel', 'tgc', says=['warning: -accel hax: ', '-accel tgc: '])
        self.bad_lines('-machine', 'accel=hax:whpx:tgc', says=['-accel hax: ', '-accel whpx: ', '-accel tgc: '])
        self.bad_lines('-accel', 'hax', '-accel', 'tcg,backend=none', '-accel', 'tcg',
                       says=['-accel hax: ', '-accel tcg,backend=none: '])
        self.bad_lines('-accel', 'tcg', '-machine', 'accel=tcg', says=['-accel tcg: -machine accel=tcg'])
        self.bad_lines('-accel', 'tcg', '-enable-kvm', says=['-accel tcg: -machine accel=kvm'])

    def bad_lines(self, *args, says):
        r = run('-kernel', self.kernel, '-display', 'none', *args)
        self.assertEqual((r.returncode, r.stdout), (1, ''))
        lines = r.stderr.splitlines()
        self.assertEqual(len(lines), len(says), r.stderr)
        for line, text in zip(lines, says):
            self.assertIn(text, line)

    def test_background(self):
        """Errors come to the terminal as ever; what needs one is told of."""
        quiet = ['-display', 'none', '-kernel', self.kernel, '-daemonize']
        self.bad('-nographic', '-kernel', self.kernel, '-daemonize', says=['-daemonize: -nographic', '-display none'])
        self.bad(*quiet, '-serial', 'mon:stdio', says=['-daemonize: mon:stdio'])
        self.bad(*quiet, '-monitor', 'stdio', says=['-daemonize: stdio'])
        self.bad(*quiet, '-chardev', 'stdio,id=a', '-serial', 'chardev:a', says=['-daemonize: stdio'])
        self.bad(*quiet, '-gdb', 'stdio', says=['-daemonize: stdio'])
        self.bad(*quiet, '-initrd', '/nonexistent', says=['-initrd /nonexistent', 'No such file'])
        self.bad(*quiet, '-pidfile', '/nonexistent/pid', says=['-pidfile /nonexistent/pid', 'No such file'])

    def test_nothing_is_left(self):
        path = os.path.join(self.folder, 'serial.txt')
        self.bad('-kernel', 'no-such-file', '-serial', f'file:{path}', says=['no-such-file'])
        self.assertFalse(os.path.exists(path))


class Help(unittest.TestCase):
    def help(self, *args, says):
        r = run(*args)
        self.assertEqual((r.returncode, r.stderr), (0, ''))
        for text in says:
            self.assertIn(text, r.stdout)
        return r.stdout

    def test_help(self):
        for option in ('-help', '--help', '-h'):
            text = self.help(option, says=['-kernel FILE', '-append TEXT', 'QEMU'])
            self.assertLessEqual(max(len(line) for line in text.splitlines()), 80)

    def test_version(self):
        text = self.help('-version', says=['QEMU emulator version'])
        self.assertTrue(text.startswith('Mynah '), text)

    def test_manual_page(self):
        """It has what -help has: they are made of one table."""
        with open(MANPAGE, encoding='utf-8') as f:
            page = f.read().replace('\\-', '-')
        options = re.findall(r'^  (-[\w-]+)', self.help('-help', says=[]), re.M)
        self.assertIn('-kernel', options)
        self.assertEqual(re.findall(r'^\.B (-[\w-]+)', page, re.M), options)

    def test_lists(self):
        self.help('-machine', 'help', says=['pc '])
        self.help('-accel', 'help', says=['tcg'])
        self.help('-cpu', 'help', says=['max'])
        self.help('-device', 'help', says=['isa-debug-exit'])
        self.help('-device', 'isa-debug-exit,help', says=['iobase', 'iosize'])
        self.help('-d', 'help', says=['in_asm', 'guest_errors'])


class Runs(Files):
    def status(self, code, *args):
        path = self.file('guest', guest.elf(code))
        r = run('-kernel', path, '-m', '16', '-display', 'none', *args)
        self.assertEqual(r.stderr, '')
        return r.returncode

    def test_background(self):
        pidfile, socket = os.path.join(self.folder, 'pid'), os.path.join(self.folder, 'monitor')
        r = run('-display', 'none', '-kernel', self.kernel, '-daemonize', '-pidfile', pidfile, '-D', os.path.join(self.folder, 'log.%d'),
                '-d', 'unimp', '-monitor', f'unix:{socket},server=on,wait=off')
        self.assertEqual((r.returncode, r.stdout, r.stderr), (0, '', ''))
        with open(pidfile) as f:
            pid = int(f.read())
        self.addCleanup(lambda: os.path.exists(f'/proc/{pid}/exe') and os.kill(pid, signal.SIGKILL))
        self.assertEqual(os.readlink(f'/proc/{pid}/cwd'), '/')
        self.assertEqual({os.readlink(f'/proc/{pid}/fd/{n}') for n in range(3)}, {'/dev/null'})
        self.assertNotEqual(os.getsid(pid), os.getsid(0))
        self.assertEqual(sorted(os.listdir(self.folder)), ['kernel', f'log.{pid}', 'monitor', 'pid'])
        os.kill(pid, signal.SIGTERM)
        end = time.monotonic() + TIMEOUT
        while os.path.exists(pidfile) and time.monotonic() < end:
            time.sleep(0.01)
        self.assertFalse(os.path.exists(pidfile))

    def test_first_usable_accelerator(self):
        path = self.file('guest', guest.elf(guest.debug_exit(3) + guest.HALT))
        for args, warnings in ((['-accel', 'hax', '-accel', 'tcg', '-accel', 'whpx'], 1),
                               (['-machine', 'accel=hax:whpx:tcg'], 2), (['-machine', 'pc,accel=tcg'], 0)):
            with self.subTest(args=args):
                r = run('-kernel', path, '-m', '16', '-display', 'none', '-device', 'isa-debug-exit', *args)
                self.assertEqual((r.returncode, r.stderr.count('warning: -accel '), r.stderr.count('\n')),
                                 (7, warnings, warnings))

    def test_debug_exit(self):
        for code in (0, 5, 100):
            self.assertEqual(self.status(guest.debug_exit(code) + guest.HALT, '-device',
                                         'isa-debug-exit,iobase=0x501'), code * 2 + 1)

    def test_reset_with_no_reboot(self):
        self.assertEqual(self.status(guest.RESET + guest.HALT, '-no-reboot'), 0)

    def test_restart_by_firmware(self):
        self.assertEqual(self.status(guest.bios_restart(), '-no-reboot'), 0)

    def test_triple_fault_with_no_reboot(self):
        self.assertEqual(self.status(guest.TRIPLE_FAULT + guest.HALT, '-no-reboot'), 0)

    def unimplemented(self, code, *args):
        """The log of a guest that raises #UD, with which it cannot go on."""
        path = self.file('guest', guest.elf(bytes.fromhex(code) + guest.HALT))
        r = run('-kernel', path, '-m', '16', '-display', 'none', '-no-reboot', '-d', 'unimp', *args)
        self.assertEqual(r.returncode, 0)
        return r.stderr

    def test_undecodable(self):
        log = self.unimplemented('0f0a')
        self.assertIn('no such instruction', log)
        self.assertIn('0f', log)

    def test_unadvertised(self):
        log = self.unimplemented('f30fb8c1', '-cpu', 'max,-popcnt')
        for text in ('CPUID bit popcnt is off', 'f3 0f b8 c1', 'popcnt', f'{guest.BASE:x}'):
            self.assertIn(text, log)

    def test_date(self):
        read_year = bytes.fromhex('b009 e670 e471 66ba0105 ee')  # CMOS register 9 to isa-debug-exit
        for base in ('2006-06-17', 'base=2006-06-17T16:01:21,clock=vm', 'base=2006-06-17,clock=rt'):
            self.assertEqual(self.status(read_year + guest.HALT, '-rtc', base, '-device', 'isa-debug-exit,iobase=0x501'),
                             6 << 1 | 1)

    def test_log_of_resets(self):
        path, log = self.file('guest', guest.elf(guest.RESET + guest.HALT)), os.path.join(self.folder, 'log')
        self.assertEqual(run('-kernel', path, '-m', '16', '-display', 'none', '-no-reboot', '-d', 'cpu_reset', '-D',
                             log).returncode, 0)
        with open(log, encoding='ascii') as f:
            self.assertRegex(f.read(), r'^CPU Reset \(CPU 0\)\n[RE]AX=')

    def test_serial_file(self):
        path = os.path.join(self.folder, 'serial.txt')
        code = guest.say('written\n') + guest.debug_exit(1) + guest.HALT
        self.assertEqual(self.status(code, '-serial', f'file:{path}', '-device',
                                     'isa-debug-exit,iobase=0x501'), 3)
        with open(path, encoding='ascii') as f:
            self.assertEqual(f.read(), 'written\n')

    def test_serial_pipe(self):
        """A reader that is slow gets all the same every byte."""
        path = self.file('guest', guest.elf(guest.say('0123456789' * 300) + guest.RESET + guest.HALT))
        with subprocess.Popen([PROGRAM, '-kernel', path, '-m', '16', '-serial', 'stdio', '-display', 'none',
                               '-no-reboot'], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as p:
            fcntl.fcntl(p.stdout, 1031, 4096)  # F_SETPIPE_SZ
            time.sleep(0.2)
            self.assertEqual(p.stdout.read(), b'0123456789' * 300)
            self.assertEqual(p.wait(TIMEOUT), 0)


class Terminal(Files):
    """The program on a pseudo terminal of its own."""

    def start(self, code, *args, ready=b'ready'):
        path = self.file('guest', guest.elf(guest.say('ready\n') + code))
        self.master, self.slave = pty.openpty()
        self.before = termios.tcgetattr(self.slave)
        self.process = subprocess.Popen(
            [PROGRAM, '-kernel', path, '-m', '16', *args], stdin=self.slave, stdout=self.slave,
            stderr=self.slave, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        self.text = b''
        if ready:
            self.wait_for(ready)

    def wait_for(self, text):
        end = time.monotonic() + TIMEOUT
        while text not in self.text:
            self.assertLess(time.monotonic(), end, self.text)
            if select.select([self.master], [], [], 0.1)[0]:
                self.text += os.read(self.master, 4096)

    def type(self, text):
        os.write(self.master, text)

    def ends(self, status):
        """Waits for the end; the terminal must be as it was found."""
        self.assertEqual(self.process.wait(TIMEOUT), status)
        self.assertEqual(termios.tcgetattr(self.slave), self.before)
        while select.select([self.master], [], [], 0)[0]:
            self.text += os.read(self.master, 4096)

    def tearDown(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self.master)
        os.close(self.slave)

    def test_raw_and_quit(self):
        self.start(guest.ECHO, '-nographic')
        self.assertNotEqual(termios.tcgetattr(self.slave), self.before)
        self.type(b'typed')
        self.wait_for(b'typed')
        self.type(b'\x03')  # Ctrl-C is for the guest
        self.wait_for(b'\x03')
        self.type(b'\x01\x01')
        self.wait_for(b'\x01')
        self.type(b'\x01h')
        self.wait_for(b'C-a x')
        self.type(b'\x01x')
        self.ends(0)
        self.assertIn(b'terminated', self.text)

    def test_quit_while_guest_is_deaf(self):
        self.start(guest.HALT, '-nographic')
        self.type(b'nobody reads this' * 20 + b'\x01x')
        self.ends(0)

    def test_signals(self):
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            with self.subTest(signal=number):
                self.start(guest.HALT, '-nographic')
                self.process.send_signal(number)
                self.ends(0)
                self.assertIn(f'{NAME}: terminating on signal {int(number)}'.encode(), self.text)

    def test_unused_devices(self):
        for kind in ('stdio', 'pty', f'socket,path={self.folder}/s,server=on,wait=off'):
            with self.subTest(kind=kind):
                self.start(guest.HALT, '-display', 'none', '-serial', 'pty', '-chardev', kind + ',id=a,mux=on', ready=None)
                self.wait_for(b'(label serial0)')
                self.process.send_signal(signal.SIGTERM)
                self.ends(0)

    def test_interrupt_key(self):
        self.start(guest.HALT, '-serial', 'stdio', '-display', 'none')
        self.type(b'\x03')
        self.ends(0)
        self.assertIn(b'terminating on signal 2', self.text)

    def test_stop_and_continue(self):
        self.start(guest.ECHO, '-nographic')
        self.process.send_signal(signal.SIGTSTP)
        os.waitpid(self.process.pid, os.WUNTRACED)
        self.assertEqual(termios.tcgetattr(self.slave), self.before)
        self.process.send_signal(signal.SIGCONT)
        self.type(b'again')
        self.wait_for(b'again')
        self.type(b'\x01x')
        self.ends(0)

    def test_guest_resets(self):
        for name, code in (('port', guest.RESET), ('triple fault', guest.TRIPLE_FAULT)):
            with self.subTest(by=name):
                self.start(guest.say('x') + code + guest.HALT, '-nographic')
                self.wait_for(b'ready\r\nxready\r\nxready')
                self.type(b'\x01x')
                self.ends(0)


if __name__ == '__main__':
    unittest.main()

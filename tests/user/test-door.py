#!/usr/bin/env python3
"""The door mynah-x86_64: its options, what it makes of bad files, its environment.

usage: test-door.py EMULATOR MANPAGE GUEST-STATIC GUEST-STATIC-PIE GUEST-OTHER-INTERPRETER
"""
# SPDX-License-Identifier: MIT
import os
import platform
import re
import resource
import signal
import struct
import subprocess
import sys
import tempfile
import unittest

OTHER = os.path.abspath(sys.argv.pop())
STATIC_PIE = os.path.abspath(sys.argv.pop())
GUEST = os.path.abspath(sys.argv.pop())
MANPAGE = sys.argv.pop()
PROGRAM = os.path.abspath(sys.argv.pop())
NAME = os.path.basename(PROGRAM)
LINKER = '/lib64/ld-linux-x86-64.so.2'
TIMEOUT = 120

# A cross build is started by a script.
with open(PROGRAM, 'rb') as head:
    IS_SCRIPT = head.read(2) == b'#!'

EM_386, EM_AARCH64, EM_X86_64 = 3, 183, 62


def run(*args, **env):
    return subprocess.run([PROGRAM, *args], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=TIMEOUT,
                          env=dict(os.environ, LC_ALL='C', **env))


def is_static():
    out = subprocess.run(['readelf', '-lW', PROGRAM], capture_output=True, text=True).stdout
    return 'INTERP' not in out


def is_for_arm():
    with open(PROGRAM, 'rb') as f:
        return platform.machine() == 'aarch64' or IS_SCRIPT and b'qemu-aarch64' in f.read()


class Door(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix='mynah-')
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def file(self, name, data, mode=0o755):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'wb') as f:
            f.write(data.encode() if isinstance(data, str) else data)
        os.chmod(path, mode)
        return path

    def fails(self, status, text, *args, **env):
        """One line that names the program's file or the option, and the status."""
        r = run(*args, **env)
        self.assertEqual((r.returncode, r.stdout), (status, ''), r.stderr)
        self.assertRegex(r.stderr, r'\A' + NAME + r': [^\n]*' + text + r'[^\n]*\n\Z')

    def says(self, wants, *args, **env):
        r = run(*args, **env)
        self.assertEqual((r.returncode, r.stderr), (0, ''))
        self.assertEqual(r.stdout, wants)


class Environment(Door):
    @unittest.skipIf(IS_SCRIPT, 'a shell takes it for itself')
    @unittest.skipUnless(is_static(), 'linked dynamically')
    def test_dynamic_linker(self):
        """What is for the guest's dynamic linker is not for ours."""
        self.says('1\n', GUEST, 'argc', LD_PRELOAD='/nowhere/library.so', LD_LIBRARY_PATH='/nowhere', LD_DEBUG='all')
        self.says('/nowhere\n', GUEST, 'env', 'LD_LIBRARY_PATH', LD_LIBRARY_PATH='/nowhere')

    def test_set_and_unset(self):
        self.says('b=c\n', '-E', 'A=b=c', GUEST, 'env', 'A')
        self.says('\n', '-E', 'A=', GUEST, 'env', 'A')
        self.says('(none)\n', '-U', 'A', GUEST, 'env', 'A', A='1')
        self.says('2\n', '-U', 'A', '-E', 'A=1', '-E', 'A=2', GUEST, 'env', 'A', A='0')
        self.fails(1, 'NAME=VALUE', '-E', 'A', GUEST)
        self.fails(1, 'NAME=VALUE', '-E', '=b', GUEST)
        self.fails(1, 'name of a variable', '-U', 'A=b', GUEST)

    def test_allocator(self):
        """What we tell GLib at our start (main.c) is not the guest's, what the user told it is."""
        self.says('(none)\n', GUEST, 'env', 'G_SLICE')
        self.says('all\n', GUEST, 'env', 'G_SLICE', G_SLICE='all')

    def test_descriptors(self):
        """Ours are not to be seen."""
        def names(text):
            return sorted(text.split())
        want = names(subprocess.run([GUEST, 'fds'], stdin=subprocess.DEVNULL, capture_output=True, text=True).stdout)
        self.assertIn('2', want)
        for options in ([], ['-d', 'unimp', '-D', self.folder + '/log']):
            self.assertEqual(names(run(*options, GUEST, 'fds').stdout), want)

    def test_children(self):
        """What was set goes on to programs that the program starts, and our options do."""
        self.says('x\n', '-E', 'A=x', '-r', '7.7.7', GUEST, 'exec', GUEST, 'env', 'A')
        self.says('7.7.7\n', '-r', '7.7.7', '-0', 'other', GUEST, 'exec', GUEST, 'release')
        self.says(GUEST + '\n', '-0', 'other', GUEST, 'exec', GUEST, 'argv0')

    @unittest.skipIf(IS_SCRIPT, 'it is started so already')
    def test_exec_with(self):
        """A command starts us at an exec; it goes on to the exec after that."""
        with_env = ('-exec-with', "env 'A=two words'")
        self.says('two words\n', *with_env, GUEST, 'exec', GUEST, 'env', 'A', A='1')
        self.says('1\n', *with_env, GUEST, 'env', 'A', A='1')
        self.says('two words\n', *with_env, GUEST, 'exec', GUEST, 'exec', GUEST, 'env', 'A')
        self.fails(1, 'no program /nowhere/x', '-exec-with', '/nowhere/x', GUEST)
        self.fails(1, 'a command', '-exec-with', "'", GUEST)

    def test_log_of_a_tree(self):
        """One file, begun anew by the first program, for all that it executes, wherever they go."""
        log = self.file('log', 'old\n')
        for name in (log, os.path.relpath(log)):
            self.says('2\n', '-strace', '--D', name, GUEST, 'cd', '/', GUEST, 'exec', GUEST, 'argc', 'x')
            with open(log, encoding='utf-8') as f:
                text = f.read()
            self.assertNotIn('old', text)
            self.assertEqual(len(re.findall(r'execve\(', text)), 2, text)
            self.assertEqual(len(re.findall(r'exit_group\(0\)', text)), 1, text)
        self.says('1\n', '-append', '-strace', '-D', log, GUEST, 'argc')
        with open(log, encoding='utf-8') as f:
            self.assertTrue(f.read().startswith(text))
        self.says('x\n', '--E', 'A=x', GUEST, 'cd', '/', GUEST, 'env', 'A')
        self.says('(none)\n', '--E', 'A=x', '/usr/bin/env', '-u', 'A', GUEST, 'env', 'A')

    def test_sysroot_of_a_tree(self):
        self.file('root/only/here', open(GUEST, 'rb').read())
        self.says('1\n', '-L', os.path.relpath(self.folder + '/root'), GUEST, 'cd', '/', '/only/here', 'argc')


class Options(Door):
    def test_argv0(self):
        self.says('other name\n', '-0', 'other name', GUEST, 'argv0')
        self.says('\n', '-0', '', GUEST, 'argv0')
        self.says(GUEST + '\n', GUEST, 'argv0')
        self.says(GUEST + '\n', '--', GUEST, 'argv0')

    def test_arguments_are_the_guests(self):
        self.says('-E\n', GUEST, 'args', '-E')
        self.says('--\n', GUEST, 'args', '--')

    def test_stack(self):
        self.says('ok\n', '-s', '64M', GUEST, 'stack', '60')
        self.says('ok\n', '--s', '67108864', GUEST, 'stack', '60')
        self.assertEqual(run('-s', '128K', GUEST, 'stack', '1').returncode, -signal.SIGSEGV)
        for bad in ('', 'x', '1K', '65G', '-1', '1Q'):
            self.fails(1, 'from 64K to 64G', '-s', bad, GUEST)

    def test_for_compatibility(self):
        self.says('1\n', '-B', '0', '-R', '1G', GUEST, 'argc')
        self.says('1\n', '-B', '0x0', '-R', '0', GUEST, 'argc')
        self.fails(1, 'only 0', '-B', '0x10000', GUEST)
        self.fails(1, 'a size', '-R', 'much', GUEST)

    def test_release(self):
        self.says('5.4.3-x\n', '-r', '5.4.3-x', GUEST, 'release')
        self.fails(1, 'longer than 64', '-r', 'x' * 65, GUEST)

    def test_sysroot(self):
        """-L: the dynamic linker of the guest is looked for there; without it we say so."""
        self.fails(127, f'{OTHER}: its interpreter /lib/ld-mynah-test.so is missing; -L DIR .* DIR/lib/ld-mynah-test.so', OTHER)
        self.fails(127, 'ld-mynah-test.so is missing', '-L', self.folder, OTHER)
        if not os.path.exists(LINKER):
            self.skipTest('no dynamic linker here')
        os.makedirs(self.folder + '/lib')
        os.symlink(LINKER, self.folder + '/lib/ld-mynah-test.so')
        self.says('1\n', '-L', self.folder, OTHER, 'argc')
        self.says('1\n', '-L', self.folder + '/', OTHER, 'argc')

    def test_texts(self):
        for option in ('-help', '--help', '-h'):
            self.assertIn('-L DIR', run(option).stdout)
        r = run('-version')
        self.assertEqual((r.returncode, r.stderr), (0, ''))
        self.assertRegex(r.stdout, r'\AMynah emulator version [\d.]+\n')
        for option, word in (('-cpu', 'max'), ('-accel', 'tcg'), ('-d', 'guest_errors')):
            r = run(option, 'help')
            self.assertEqual((r.returncode, r.stderr), (0, ''))
            self.assertIn(word, r.stdout)

    def test_manual_page(self):
        """It has what -help has: they are made of one table."""
        with open(MANPAGE, encoding='utf-8') as f:
            page = f.read().replace('\\-', '-')
        options = re.findall(r'^  (-[\w-]+)', run('-help').stdout, re.M)
        self.assertIn('-strace', options)
        self.assertEqual(re.findall(r'^\.B (-[\w-]+)', page, re.M), options)

    def test_bad_options(self):
        self.fails(1, 'nothing to run')
        self.fails(1, '-nonsense', '-nonsense', GUEST)
        self.fails(1, "-seed: QEMU's option, which is not here: ", '-seed', '1', GUEST)
        self.fails(1, '-accel tcg,tb-size=', '-tb-size', '64', GUEST)
        self.fails(1, '-L', '-L')
        self.fails(1, '-cpu x', '-cpu', 'x', GUEST)
        self.fails(1, '-accel x', '-accel', 'x', GUEST)
        self.fails(1, '-d x', '-d', 'x', GUEST)
        self.fails(1, '-D', '-D', '/nowhere/log', '-d', 'exec', GUEST)

    @unittest.skipUnless(is_for_arm(), 'all of this kind have what the code needs')
    def test_lesser_host(self):
        """A CPU without what generated code takes for granted."""
        self.fails(1, "lacks 'asimd'.*backend=interp", GUEST, MYNAH_HOST_OFF='asimd')
        self.says('1\n', '-accel', 'tcg,backend=interp', GUEST, 'argc', MYNAH_HOST_OFF='asimd')

    def test_large_pages(self):
        """On a host with larger pages than the guest's."""
        for size in 4096, 16384, 65536:
            for guest in GUEST, STATIC_PIE:
                self.says('(none)\n', '-U', 'A', guest, 'env', 'A', MYNAH_HOST_PAGE=str(size))


class Files(Door):
    def test_static_pie(self):
        self.says('1\n', STATIC_PIE, 'argc')

    def test_not_there(self):
        self.fails(127, '/nowhere: No such file', '/nowhere')
        self.fails(127, 'No such file', self.folder + '/a/b')
        self.fails(127, 'Not a directory', GUEST + '/a')
        self.fails(126, 'Permission denied|regular file', self.folder)
        self.fails(126, 'Permission denied', '/dev/null')

    def test_scripts(self):
        good = self.file('good', f'#! {GUEST}  args \n')
        nested = self.file('nested', f'#!{good}\nrest')
        self.says(f'{good} b\n', good, 'b')
        self.says(f'{good} {nested} c\n', nested, 'c')
        self.fails(127, 'bad: a script for /nowhere/sh: No such file', self.file('bad', '#!/nowhere/sh\n'))
        self.fails(126, 'neither an ELF program nor a script', self.file('plain', 'echo hi\n'))
        self.fails(126, 'neither an ELF program nor a script', self.file('empty', ''))
        self.fails(126, 'neither an ELF program nor a script', self.file('short', '#!'))
        self.fails(126, 'neither an ELF program nor a script', self.file('blank', '#!  \n'))
        self.fails(126, 'a script for .*plain: Exec format', self.file('onplain', f'#!{self.folder}/plain\n'))
        self.fails(126, 'a script for', self.file('loop', f'#!{self.folder}/loop\n'))


class Elf(Door):
    """A good program with something wrong."""

    def setUp(self):
        super().setUp()
        with open(GUEST, 'rb') as f:
            self.good = f.read()
        n = struct.unpack_from('<H', self.good, 56)[0]
        self.ph = [(64 + 56 * i, *struct.unpack_from('<IIQQQQQQ', self.good, 64 + 56 * i)) for i in range(n)]
        self.load = [p for p in self.ph if p[1] == 1]

    def bad(self, text, *patches):
        data = bytearray(self.good)
        for form, at, value in patches:
            struct.pack_into(form, data, at, value)
        self.fails(126, r'/elf: .*' + text, self.file('elf', data))

    def test_other_machines(self):
        self.bad('32-bit program .i386', ('B', 4, 1), ('<H', 18, EM_386))
        self.bad('another architecture .AArch64', ('<H', 18, EM_AARCH64))
        self.bad('another architecture .S/390', ('B', 5, 2), ('>H', 18, 22))
        self.bad('no program', ('<H', 16, 1))
        self.bad('no program', ('<H', 16, 4))

    def test_headers(self):
        self.bad('damaged: 0 program headers', ('<H', 56, 0))
        self.bad('damaged: 60000 program headers', ('<H', 56, 60000))
        self.bad('damaged: .*of 40 bytes', ('<H', 54, 40))
        self.bad('headers are cut off', ('<Q', 32, 1 << 40))
        self.bad('headers are cut off', ('<Q', 32, (1 << 64) - 8))
        for n in (4, 63):
            self.fails(126, 'neither an ELF', self.file('elf', self.good[:n]))
        self.fails(126, 'headers are cut off', self.file('elf', self.good[:100]))
        self.fails(126, 'outside the file', self.file('elf', self.good[:4096]))

    def test_segments(self):
        first, second, last = self.load[0], self.load[1], self.load[-1]
        self.bad('segments overlap', ('<Q', second[0] + 16, first[4]))
        self.bad('outside the file or memory', ('<Q', last[0] + 40, 1 << 62))
        self.bad('outside the file or memory', ('<Q', last[0] + 32, 1 << 30), ('<Q', last[0] + 40, 1 << 30))
        self.bad('outside the file or memory', ('<Q', last[0] + 32, 1 << 30))
        self.bad('outside the file or memory', ('<Q', last[0] + 16, 0x7fffffffe000 + last[4] % 4096))
        self.bad('outside the file or memory', ('<Q', first[0] + 8, 0x123))
        self.bad('cannot be mapped', ('<Q', last[0] + 40, 1 << 46))
        self.bad('nothing to load', *(('<I', p[0], 0) for p in self.load))


class Limits(Door):
    def limited(self, what, value, program):
        return subprocess.run([PROGRAM, program, 'argc'], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=TIMEOUT,
                              preexec_fn=lambda: resource.setrlimit(what, (value, value)))

    @unittest.skipIf(IS_SCRIPT, 'a limit on the emulator that runs it')
    def test_memory(self):
        """Where it does not do, one line says so."""
        for what, sizes in ((resource.RLIMIT_AS, range(20, 200, 10)), (resource.RLIMIT_DATA, (1, 2, 4, 8, 20, 50, 100))):
            failed = 0
            for mega in sizes:
                r = self.limited(what, mega << 20, GUEST)
                failed += r.returncode != 0
                self.assertIn(r.returncode, (0, 1, 126), (what, mega, r.stderr))
                self.assertRegex(r.stderr, r'\A' + NAME + r': [^\n]*memory[^\n]*\n\Z' if r.returncode else r'\A\Z')
            self.assertGreater(failed, 0)

    @unittest.skipIf(IS_SCRIPT, 'a limit on the emulator that runs it')
    @unittest.skipUnless(os.path.exists(LINKER), 'no programs for x86_64')
    def test_descriptors(self):
        """One more than the standard ones is enough, for a dynamic program too."""
        for program in (GUEST, '/bin/echo'):
            r = self.limited(resource.RLIMIT_NOFILE, 4, program)
            self.assertEqual((r.returncode, r.stderr), (0, ''))


class Crashes(Door):
    def test_signals(self):
        """The wait status is that of the guest's signal."""
        for name, sig in (('segv', signal.SIGSEGV), ('ill', signal.SIGILL), ('fpe', signal.SIGFPE), ('abort', signal.SIGABRT),
                          ('term', signal.SIGTERM), ('kill', signal.SIGKILL), ('trap', signal.SIGTRAP)):
            r = run(GUEST, name)
            said = re.sub(r'\Aqemu: uncaught target signal .*\n', '', r.stderr) if IS_SCRIPT else r.stderr
            self.assertEqual((r.returncode, r.stdout, said), (-sig, '', ''), name)

    def test_log(self):
        """-d guest_errors and unimp show where, and the instruction's bytes."""
        for items in ('guest_errors', 'unimp', 'unimp,guest_errors'):
            r = run('-d', items, GUEST, 'ill')
            self.assertEqual(r.returncode, -signal.SIGILL)
            self.assertRegex(r.stderr, r'exception 6 \(signal 4\) at rip [0-9a-f]{16} .*: 0f 0b ')
            self.assertRegex(r.stderr, r'RAX=[0-9a-f]{16}')
        self.assertRegex(run('-d', 'guest_errors', GUEST, 'segv').stderr, r'\(signal 11\) at rip \w+ cr2 0{14}10:')


if __name__ == '__main__':
    unittest.main()

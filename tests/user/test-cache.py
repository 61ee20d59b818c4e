#!/usr/bin/env python3
"""test-cache.py EMULATOR GUEST: a program's translated code is kept for its next run, and nobody can tell but by the time."""
# SPDX-License-Identifier: MIT
import os
import pathlib
import random
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import unittest

EMULATOR, GUEST = (os.path.abspath(p) for p in sys.argv[1:3])


class Cache(unittest.TestCase):
    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp())
        self.cache = self.dir / "cache"
        self.env = {k: v for k, v in os.environ.items() if k not in ("HOME", "XDG_CACHE_HOME")}
        self.guest = str(self.dir / "guest")
        shutil.copy2(GUEST, self.guest)

    def tearDown(self):
        self.cache.exists() and self.cache.chmod(0o700)
        shutil.rmtree(self.dir)

    def run_guest(self, *args, accel=None, options=(), **how):
        accel = accel or f"tcg,cache={self.cache}"
        how.setdefault("env", self.env)
        return subprocess.run([EMULATOR, "-accel", accel, *options, *(args or [self.guest])], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=240, **how)

    def stats(self, *args, accel=None, **how):
        """Units that were made, and that were there already."""
        log = self.dir / "log"
        accel = (accel or f"tcg,cache={self.cache}") + ",count=off"
        r = self.run_guest(*args, accel=accel, options=["-d", "stats", "-D", str(log)], **how)
        text = log.read_text()
        found = [int(re.search(rf"^  {name} +(\d+)$", text, re.M)[1]) for name in ("units", "units of earlier runs")]
        return (r.returncode, r.stdout), *found

    def files(self):
        return sorted(self.cache.iterdir()) if self.cache.exists() else []

    def same(self, *args):
        """Without a cache, with an empty one, with a full one: the same."""
        off = self.run_guest(*args, accel="tcg,cache=off")
        for _ in range(3):
            got = self.run_guest(*args)
            self.assertEqual((got.returncode, got.stdout, got.stderr), (off.returncode, off.stdout, off.stderr))
        return off

    def test_cold_and_warm(self):
        off, made, taken = self.stats(accel="tcg,cache=off")
        self.assertGreater(made, 100)
        self.assertEqual(taken, 0)
        self.assertEqual(self.stats(), (off, made, 0))
        self.assertEqual([oct(f.stat().st_mode) for f in [self.cache, *self.files()]], ["0o40700", "0o100600"])
        self.assertEqual(self.stats(), (off, 0, made))
        before = [(f, f.stat().st_ino, f.stat().st_mtime_ns) for f in self.files()]
        self.assertEqual(self.stats(), (off, 0, made))
        self.assertEqual([(f, f.stat().st_ino, f.stat().st_mtime_ns) for f in self.files()], before)

    def test_what_it_depends_on(self):
        off, made, _ = self.stats()
        for n, accel in enumerate(["opt-fold=off", "opt-lookahead=off,opt-hostflags=off"]):
            self.assertEqual(self.stats(accel=f"tcg,cache={self.cache},{accel}")[2], 0)
            self.assertEqual(len(self.files()), n + 2)
        os.utime(self.guest, (1, 1))
        self.assertEqual(self.stats(), (off, made, 0))
        self.assertEqual(self.stats(), (off, 0, made))

    def test_aligned(self):
        """A library that wants a large alignment lies where it lay."""
        first, made, _ = self.stats(self.guest, "aligned")
        self.assertRegex(first[1], rb"(?m)^there 0x30\w+ 0x4332211$")
        self.assertEqual(self.stats(self.guest, "aligned"), (first, 0, made))

    def test_writable(self):
        """Code of a file, as compilers' images have it; what is made of it is right also where the program has changed it."""
        first, made, _ = self.stats(self.guest, "writable")
        self.assertRegex(first[1], rb"(?m)^there 0x4332211$")
        self.assertEqual(self.stats(self.guest, "writable"), (first, 0, made))
        patched = self.same(self.guest, "patched")
        self.assertRegex(patched.stdout, rb"there 0x4332211\nchanged 0x4332212\n")
        self.assertEqual(self.run_guest(self.guest, "writable").stdout, first[1])

    def test_shorter(self):
        """A file that ends before its code when units are written: those of others are kept."""
        copy = self.dir / "copy"
        _, made, _ = self.stats(accel="tcg,cache=off")
        for taken in 0, made * 9 // 10:
            shutil.copy2(GUEST, copy)
            result, _, kept = self.stats(self.guest, "shorter", str(copy))
            self.assertEqual(result, (7, b"answer 0x4332211\nthere 0x4332211\nshorter 0\n"))
            self.assertGreaterEqual(kept, taken)

    def test_not_with_these(self):
        for accel in "one-insn-per-tb=on", "backend=interp":
            for _ in range(2):
                self.assertEqual(self.stats(accel=f"tcg,cache={self.cache},{accel}")[2], 0)
        self.run_guest(options=["-d", "out_asm", "-D", os.devnull])
        self.assertEqual(self.files(), [])

    def change(self, old, new):
        """In the file, which else stays as it is: size, time, number."""
        data = pathlib.Path(self.guest).read_bytes()
        st = os.stat(self.guest)
        at = data.index(old)
        with open(self.guest, "r+b") as f:
            f.seek(at)
            f.write(new)
        os.utime(self.guest, ns=(st.st_atime_ns, st.st_mtime_ns))
        self.assertEqual(os.stat(self.guest).st_ino, st.st_ino)

    def test_other_bytes(self):
        """The same file by all that the file system says, but another instruction."""
        old, new = b"\xb8\x11\x22\x33\x04", b"\xb8\x11\x22\x33\x05"  # mov $0x4332211, %eax
        for _ in range(2):
            self.assertIn(b"answer 0x4332211\n", self.run_guest().stdout)
        self.change(old, new)
        for _ in range(2):
            self.assertIn(b"answer 0x5332211\n", self.run_guest().stdout)
        self.change(new, old)
        self.assertIn(b"answer 0x4332211\n", self.run_guest().stdout)

    def test_damage(self):
        off, made, _ = self.stats()
        (path,) = self.files()
        good = path.read_bytes()
        rng = random.Random(1)
        for round in range(16):
            bad = bytearray(good)
            for _ in range(rng.choice([1, 30, 3000])):
                bad[rng.randrange(len(bad))] = rng.randrange(256)
            if round % 4 == 0:
                del bad[rng.randrange(len(bad)):]
            path.unlink(missing_ok=True)
            path.write_bytes(bad)
            path.chmod(0o600)
            result, now, taken = self.stats()
            self.assertEqual(result, off)
            self.assertEqual(now + taken, made)
        path.unlink(missing_ok=True)
        self.stats()
        self.assertEqual(self.stats(), (off, 0, made))

    def test_not_ours(self):
        off, made, _ = self.stats()
        (path,) = self.files()
        for mode in 0o620, 0o602:
            path.chmod(mode)
            self.assertEqual(self.stats()[2], 0)
        path.unlink()
        path.mkdir()
        for _ in range(2):
            self.assertEqual(self.stats(), (off, made, 0))
        path.rmdir()
        self.cache.chmod(0o777)
        for _ in range(2):
            self.assertEqual(self.stats(), (off, made, 0))

    def test_no_folder(self):
        file = self.dir / "file"
        file.touch()
        for accel in "tcg", f"tcg,cache={file}/cache", "tcg,cache=/proc/cache":
            self.assertEqual(self.stats(accel=accel)[2], 0)
            self.assertEqual(self.stats(accel=accel)[2], 0)
        if os.geteuid():
            self.cache.mkdir()
            self.cache.chmod(0o500)
            self.assertEqual(self.stats()[2], 0)
            self.assertEqual(self.stats()[2], 0)

    def test_where(self):
        for env, where in ({"HOME": self.dir / "a"}, "a/.cache/mynah/units"), ({"XDG_CACHE_HOME": self.dir / "b"}, "b/mynah/units"):
            for _ in range(2):
                got = self.stats(accel="tcg", env=dict(self.env, **env))
            self.assertEqual(got[1], 0)
            self.assertEqual(len(list((self.dir / where).iterdir())), 1)
        for env in {"HOME": "x"}, {"XDG_CACHE_HOME": "y"}:
            self.assertEqual(self.stats(accel="tcg", env=dict(self.env, **env), cwd=self.dir)[2], 0)
        self.assertEqual(sorted(f.name for f in self.dir.iterdir()), ["a", "b", "guest", "log"])

    def test_limits(self):
        """What the process may not write, it does not; and it is not told by a signal."""
        def set_limits():
            resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))
            os.umask(0o777)
        for _ in range(2):
            self.assertEqual(self.run_guest(preexec_fn=set_limits).returncode, 7)
        self.assertEqual(self.files(), [])
        self.assertEqual(self.run_guest(preexec_fn=lambda: os.umask(0o777)).returncode, 7)
        self.assertEqual(self.stats()[1], 0)

    @unittest.skipUnless(os.path.exists("/usr/bin/python3"), "no python3")
    def test_full(self):
        """A file that has no place for all has a part, and is not written again each time."""
        accel = f"tcg,cache={self.cache},cache-size=1"
        runs = [["/usr/bin/python3", "-E", "-S", "-c", script] for script in ("print(sum(range(5)))", "import json")]
        (_, made, _), (_, _, taken) = (self.stats(*runs[0], accel=accel) for _ in range(2))
        self.assertGreater(taken, 1000)
        self.assertLess(taken, made)
        full, = (f for f in self.files() if f.stat().st_size > 15 << 16)
        self.assertLessEqual(full.stat().st_size, 1 << 20)
        before = full.stat()
        self.stats(*runs[1], accel=accel)
        self.assertEqual((full.stat().st_ino, full.stat().st_mtime_ns), (before.st_ino, before.st_mtime_ns))

    def test_two_at_a_time(self):
        off = self.run_guest(accel="tcg,cache=off")
        for _ in range(3):
            shutil.rmtree(self.cache, ignore_errors=True)
            p = [subprocess.Popen([EMULATOR, "-accel", f"tcg,cache={self.cache}", self.guest], stdout=subprocess.PIPE) for _ in range(4)]
            for q in p:
                self.assertEqual((q.communicate()[0], q.returncode), (off.stdout, off.returncode))
        self.assertEqual(self.stats()[1], 0)
        self.assertEqual(len(self.files()), 1)

    def test_changed_root(self):
        """A program that changes its root, or its limits, writes where the cache was or not at all."""
        root = self.dir / "root"
        (root / str(self.cache).lstrip("/")).mkdir(parents=True)
        if os.geteuid() == 0:
            self.assertEqual(self.run_guest(self.guest, "chroot", str(root)).returncode, 7)
            self.assertEqual(self.files(), [])
            self.assertEqual(list((root / str(self.cache).lstrip("/")).iterdir()), [])
        self.assertEqual(self.run_guest(self.guest, "limit").returncode, 7)
        self.assertEqual(self.files(), [])

    def test_not_seen(self):
        """Descriptors and mappings that the guest sees."""
        seen = [self.run_guest(self.guest, "look", accel=a).stdout for a in (["tcg,cache=off"] + [f"tcg,cache={self.cache}"] * 3)]
        self.assertIn(b"fd 0 1 2 3\n", seen[0])
        self.assertEqual(seen, [seen[0]] * 4)

    def test_processes(self):
        """fork, vfork, exec: each process may write, none twice in a row."""
        self.same(self.guest, "fork")
        self.same(self.guest, "vfork")
        self.same(self.guest, "exec")
        self.assertLess(self.stats(self.guest, "exec")[1], 40)  # too few to write a file for

    def test_programs(self):
        for command in (["/bin/sh", "-c", "for i in 1 2 3; do echo $i | cat; done; ls -d /; kill -TERM $$"],
                        ["/usr/bin/python3", "-E", "-c", "import json, threading; print(json.dumps([1, 2.5, None]))"],
                        ["/usr/bin/perl", "-e", "print map { $_ * 2 } 1 .. 9"]):
            if os.path.exists(command[0]):
                self.same(*command)

    def test_options(self):
        for accel in "tcg,cache=here", "tcg,cache=", "tcg,cache=2":
            r = self.run_guest(accel=accel)
            self.assertEqual(r.returncode, 1)
            self.assertIn(b"expected on, off or an absolute path", r.stderr)
            self.assertEqual(r.stderr.count(b"\n"), 1)
        for size in "0", "2000", "x":
            r = self.run_guest(accel=f"tcg,cache-size={size}")
            self.assertEqual((r.returncode, r.stderr.count(b"\n")), (1, 1))
            self.assertIn(f"cache-size={size}: expected 1 to 1024 (MiB)".encode(), r.stderr)
        r = self.run_guest(accel="tcg,cache=/dev/null")
        self.assertEqual((r.returncode, r.stderr.count(b"\n")), (1, 1))
        self.assertIn(b"cache=/dev/null: not a folder", r.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])

#!/usr/bin/env python3
"""faults.py EMULATOR FAKE CHANGES KERNEL...: a /dev/kvm that cannot be used, or runs into trouble, is told in one line; what comes
next in the list is taken, or the program ends with status 1. FAKE (fake.c) stands for /dev/kvm, so no KVM is needed. Without a
fault it executes nothing: the translator does all that the test kernels want. CHANGES is the guest of tests/sys/changes.sh.
"""
# SPDX-License-Identifier: MIT
import errno
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "boot"))
import guest  # noqa: E402

EMULATOR, FAKE, CHANGES, *KERNELS = map(os.path.abspath, sys.argv[1:])
READONLY_MEM, XSAVE, MAX_VCPUS = 81, 55, 66  # KVM_CAP_*
OPTIONS = ["-m", "64", "-no-reboot", "-display", "none", "-serial", "stdio", "-device", "isa-debug-exit,iobase=0xf4,iosize=4"]
PASSED = 35  # of GUEST, which gives 17 to isa-debug-exit
GUEST = guest.elf(guest.out8(0xf4, 17) + guest.HALT)

# (what FAKE_KVM says, what the line says)
FAULTS = [
    (f"open={-errno.ENOENT}", "there is no /dev/kvm: "),
    (f"open={-errno.EPERM}", "/dev/kvm may not be opened here: a container has to be given it"),
    (f"open={-errno.EACCES}", "no permission for /dev/kvm: its group (often 'kvm') may use it"),
    (f"open={-errno.ENODEV}", "/dev/kvm has no driver behind it: "),
    (f"open={-errno.EBUSY}", "/dev/kvm: Device or resource busy"),
    (f"version={-errno.ENOTTY}", "/dev/kvm is not KVM: "),
    ("version=11", "/dev/kvm has version 11 of the API, and not 12"),
    (f"extension:{READONLY_MEM}=0", "this kernel's KVM is too old: it has no read-only memory"),
    (f"extension:{XSAVE}=0", "this kernel's KVM is too old: it has no XSAVE"),
    (f"vm={-errno.ENOMEM}", "KVM makes no virtual machine: Cannot allocate memory"),
    (f"run-size={-errno.EINVAL}", "KVM_GET_VCPU_MMAP_SIZE: Invalid argument"),
    (f"cpuid={-errno.E2BIG}", "KVM_GET_SUPPORTED_CPUID: Argument list too long"),
    (f"msr-list={-errno.EFAULT}", "KVM_GET_MSR_INDEX_LIST: Bad address"),
    (f"slot={-errno.EINVAL}", "KVM cannot have the guest's memory: it takes no memory slot for "),
    (f"slot={-errno.ENOMEM}@2", "KVM cannot have the guest's memory: it takes no memory slot for "),
    (f"vcpu={-errno.EEXIST}", "KVM makes no vCPU: File exists"),
    (f"vcpu={-errno.EINVAL}", "KVM makes no vCPU: Invalid argument"),
    (f"set-cpuid={-errno.EINVAL}", "KVM refuses this CPUID: Invalid argument"),
]


def run(fault, *args):
    env = dict(os.environ, LD_PRELOAD=os.path.abspath(FAKE), FAKE_KVM=fault)
    return subprocess.run([EMULATOR, *OPTIONS, *args], env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300)


class Fake(unittest.TestCase):
    def setUp(self):
        file = tempfile.NamedTemporaryFile(prefix="mynah-")
        self.addCleanup(file.close)
        file.write(GUEST)
        file.flush()
        self.kernel = ["-kernel", file.name]

    def one_line(self, result, text):
        lines = result.stderr.splitlines()
        self.assertEqual(len(lines), 1, result.stderr)
        self.assertIn(text, lines[0])

    def test_ends(self):
        for fault, says in FAULTS:
            with self.subTest(fault):
                result = run(fault, "-accel", "kvm", *self.kernel)
                self.assertEqual(result.returncode, 1)
                self.one_line(result, f": -accel kvm: {says}")

    def test_takes_the_next(self):
        for fault, says in FAULTS:
            with self.subTest(fault):
                result = run(fault, "-machine", "accel=kvm:tcg", *self.kernel)
                self.assertEqual(result.returncode, PASSED)
                self.one_line(result, f": warning: -accel kvm: {says}")

    def test_change_fails(self):
        """The machine goes on with what it had."""
        refuses = (f"set-sregs={-errno.EINVAL}", "KVM does not take the guest's control registers, which may use what this host has not got: Invalid argument")
        for fault, says in [*FAULTS, refuses]:
            with self.subTest(fault):
                # the change is at the first instruction, which the guest comes to under tcg again
                result = run(fault, "-accel", f"tcg,until={guest.BASE:#x}", "-accel", "kvm", *self.kernel)
                self.assertEqual(result.returncode, 1)
                self.one_line(result, f": until: accel kvm: {says}")

    def test_while_it_runs(self):
        for fault, says in [(f"run={-errno.EIO}", "KVM_RUN: Input/output error"),
                            (f"set-regs={-errno.EINVAL}", "it refuses the vCPU's state: Invalid argument"),
                            (f"set-sregs={-errno.EINVAL}", "it refuses the vCPU's state: Invalid argument"),
                            ("exit=0", "it does not know the CPU's reason 2a to leave the guest"),
                            ("exit=9", "the CPU refused to enter the guest, reason 80000021"),
                            ("exit=17", "an exit while an event was delivered, data 8000030e 31"),
                            ("exit=16", "exit 16")]:
            with self.subTest(fault):
                result = run(fault, "-accel", "kvm,assist=off", *self.kernel)
                self.assertEqual(result.returncode, 1)
                self.assertIn(f": KVM cannot go on: {says}\n", result.stderr)
        # internal errors are not the end where the translator may help out
        result = run("exit=17", "-accel", "kvm", *self.kernel)
        self.assertEqual((result.returncode, result.stderr), (PASSED, ""))

    def test_halt_traps(self):
        """HLT with an exception behind it does not wait; this guest has no IDT yet."""
        result = run("halt-traps", "-accel", "kvm", *self.kernel)
        self.assertEqual((result.returncode, result.stdout, result.stderr), (0, "", ""))

    def test_tsc_rate(self):
        """It is not known: a warning, and the guest runs."""
        result = run(f"tsc-khz={-errno.EIO}", "-accel", "kvm", *self.kernel)
        self.assertEqual(result.returncode, PASSED)
        self.one_line(result, ": warning: -accel kvm: the rate of the host's TSC is not known")

    def test_system_events(self):
        """What a guest asks of KVM itself: switched off, reset (and then it comes to its end), crashed, something else."""
        off, reset, crash, other = 1, 2, 3, 99
        kvm = ["-accel", "kvm", "-kernel", self.kernel[1]]
        for event, args, status in [(off, [], 0), (off, ["-no-reboot"], 0), (reset, ["-no-reboot"], 0), (reset, [], PASSED)]:
            with self.subTest(f"{event} {args}"):
                options = [o for o in OPTIONS if o != "-no-reboot"]
                env = dict(os.environ, LD_PRELOAD=os.path.abspath(FAKE), FAKE_KVM=f"system-event={event}")
                result = subprocess.run([EMULATOR, *options, *args, *kvm], env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300)
                self.assertEqual((result.returncode, result.stderr), (status, ""))
        for event, says in [(crash, "the guest says that it has crashed"), (other, "system event 99")]:
            with self.subTest(f"{event}"):
                result = run(f"system-event={event}", *kvm)
                self.assertEqual(result.returncode, 1)
                self.assertIn(f": KVM cannot go on: {says}\n", result.stderr)

    def test_vcpu_limit(self):
        result = run(f"extension:{MAX_VCPUS}=2", "-accel", "kvm", "-smp", "3", *self.kernel)
        self.assertEqual(result.returncode, 1)
        self.one_line(result, ": -accel kvm: -smp: KVM has at most 2 vCPUs")

    def test_irqchip(self):
        """kernel-irqchip=split and =on, of which the fake has nothing, in all their spellings."""
        for spec, args, which in [("kvm,kernel-irqchip=split", [], "split"), ("kvm,kernel-irqchip=on", [], "on"),
                                  ("kvm", ["-machine", "kernel_irqchip=split"], "split"), ("kvm", ["-machine", "kernel-irqchip=on"], "on")]:
            with self.subTest(f"{spec} {args}"):
                result = run("", "-accel", spec, *args, *self.kernel)
                self.assertEqual(result.returncode, 1)
                self.one_line(result, f": -accel {spec}: kernel-irqchip={which}: this kernel's KVM has not what it takes (capability ")
        for args in [["-accel", "kvm,kernel-irqchip=off"], ["-accel", "tcg"], ["-accel", "kvm,kernel-irqchip=split", "-accel", "tcg"]]:
            with self.subTest(f"{args}"):
                result = run("", "-machine", "kernel_irqchip=split", *args, *self.kernel)
                self.assertEqual(result.returncode, PASSED)
        for args in [["-machine", "accel=kvm,kernel_irqchip=maybe"], ["-accel", "kvm,kernel-irqchip=maybe"]]:
            with self.subTest(f"{args}"):
                result = run("", *args, *self.kernel)
                self.assertEqual(result.returncode, 1)
                self.assertRegex(result.stderr, "^[^\n]*kernel.irqchip=maybe: expected on, split or off\n$")

    def test_nothing_is_wrong(self):
        """The fake itself: the guest comes to its end when nothing fails."""
        result = run("", "-accel", "kvm", *self.kernel)
        self.assertEqual((result.returncode, result.stderr), (PASSED, ""))

    def test_auto(self):
        """assist=auto: neither assists nor emulation keep the guest from going on translated."""
        for fake in ["", "emulates", "emulates-slowly", f"dirty-log={-errno.EIO}"]:
            for kernel in KERNELS:
                with self.subTest(f"{fake} {kernel}"):
                    result = run(fake, "-accel", "kvm,assist=auto", "-kernel", kernel)
                    self.assertEqual((result.returncode, result.stdout, result.stderr), (1, "", ""))

    def test_bare_host(self):
        """A KVM that shows features unasked: models have them, and what it cannot do is the translator's unless KVM is asked for."""
        shows = "-cpu x86-64-v1: this host's KVM shows the guest also sse3\n"
        result = run("bare", "-accel", "kvm", "-cpu", "x86-64-v1", "-d", "stats", "-kernel", KERNELS[0])
        self.assertEqual(result.returncode, 1)
        self.assertIn(shows, result.stderr)
        self.assertRegex(result.stderr, r"KVM only emulated 1 times; [^\n]*now: translated\)\n[^\n]*translated for KVM: 0\n")
        result = run("bare", "-accel", "kvm,assist=on", "-d", "stats", "-kernel", KERNELS[0])
        self.assertEqual(result.returncode, 1)
        self.assertNotIn(shows, result.stderr)
        self.assertIn("this host's KVM emulates ring 0, and in ring 3 it has SYSCALL go wrong; assist=auto", result.stderr)
        self.assertRegex(result.stderr, r"instructions translated for KVM: [1-9]")
        result = run("", "-accel", "kvm", "-cpu", "x86-64-v1", "-d", "stats", "-kernel", KERNELS[0])
        self.assertEqual(result.returncode, 1)
        self.assertNotRegex(result.stderr, "shows the guest|only emulated")

    def test_until(self):
        """-d lockstep and stats where the translator takes over."""
        log = tempfile.NamedTemporaryFile(prefix="mynah-")
        self.addCleanup(log.close)
        for accels in [["kvm,assist=auto,until=test_main", "tcg"], ["tcg,until=test_main", "tcg"]]:
            result = run("", "-accel", accels[0], "-accel", accels[1], "-d", "lockstep,stats", "-D", log.name, "-kernel", KERNELS[0])
            self.assertEqual((result.returncode, result.stdout, result.stderr), (1, "", ""))
            text = pathlib.Path(log.name).read_text()
            self.assertRegex(text, r"units compared \(lockstep\) +[1-9]")
            self.assertNotIn("differ", text)

    def test_helper_takes_over(self):
        """The translator has helped KVM with other properties: it begins anew."""
        env = dict(os.environ, LD_PRELOAD=os.path.abspath(FAKE))
        p = subprocess.Popen([EMULATOR, *OPTIONS, "-accel", "kvm,assist=auto,until=test_main", "-accel", "tcg,perfmap=on", "-kernel", KERNELS[0]],
                             env=env, stdin=subprocess.DEVNULL)
        self.assertEqual(p.wait(), 1)
        path = pathlib.Path(f"/tmp/perf-{p.pid}.map")
        self.assertTrue(path.exists() and path.read_text())
        path.unlink()

    def test_auto_tries_again(self):
        """KVM gets the guest back, and is told again that it only emulates."""
        for fake in ["emulates", "emulates-slowly"]:
            with self.subTest(fake):
                self.tries_again(fake)

    def tries_again(self, fake):
        spin = tempfile.NamedTemporaryFile(prefix="mynah-")
        self.addCleanup(spin.close)
        spin.write(guest.elf(b"\xeb\xfe"))
        spin.flush()
        env = dict(os.environ, LD_PRELOAD=os.path.abspath(FAKE), FAKE_KVM=fake)
        p = subprocess.Popen([EMULATOR, "-display", "none", "-monitor", "stdio", "-accel", "kvm,assist=auto", "-kernel", spin.name], env=env,
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.addCleanup(p.stdout.close)
        for times in range(1, 4):
            found = None
            while not (found and int(found[1]) >= times):
                p.stdin.write("info accel\n")
                p.stdin.flush()
                while not (found := re.match(r"KVM only emulated (\d+) times; ", p.stdout.readline())):
                    self.assertIsNone(p.poll())
                time.sleep(0.1)
        p.communicate("quit\n")
        self.assertEqual(p.returncode, 0)

    def test_changes(self):
        """From KVM to the translator and back, while a guest checks itself; kvm-changes-slow does it 1,000 times."""
        for assist in ["on", "auto"]:
            env = dict(os.environ, LD_PRELOAD=os.path.abspath(FAKE))
            script = pathlib.Path(__file__).resolve().parents[1] / "sys" / "changes.sh"
            r = subprocess.run([script, "30", f"kvm,assist={assist}", "tcg", EMULATOR, "-kernel", CHANGES], env=env, stdin=subprocess.DEVNULL,
                               capture_output=True, text=True)
            self.assertEqual(r.returncode, 0, r.stdout)
            self.assertRegex(r.stdout, "^status 1, changed 30 times")

    def test_all_is_translated(self):
        """All state goes to KVM and comes back for each instruction."""
        for kernel in KERNELS:
            for fake in ["", "large-xsave", "events-fail"]:
                with self.subTest(f"{fake} {kernel}"):
                    result = run(fake, "-accel", "kvm", "-kernel", kernel)
                    self.assertEqual((result.returncode, result.stdout, result.stderr), (1, "", ""))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])

#!/usr/bin/env python3
"""suite.py NAME=FILE...: the tests that need /dev/kvm, in one run of the lab or on the host; results as TAP.

The host's /dev/kvm is taken if it can be used and has virtual machines, else the lab of lab.py. MYNAH_KVM=host or =lab asks for
one of them, =bare for a /dev/kvm that has none (barecpu.py says what such a one does). The names are what the commands of TESTS call the files. `-k PATTERN` runs the tests whose names have it; `-v` prints all output.
"""
# SPDX-License-Identifier: MIT
import argparse
import contextlib
import hashlib
import os
import re
import subprocess
import sys
import tempfile
from typing import NamedTuple

import barecpu
import lab
import labcpu

PASSED = 1  # isa-debug-exit turns code n into (n << 1) | 1
GDB_PORT = 27183
MACHINE = "./mynah -m 64 -no-reboot -display none -serial stdio -device isa-debug-exit,iobase=0xf4,iosize=4"


# Of the guest of linux.sh. The sums are computed on one accelerator and on the other.
LINUX_INIT = b"""#!/bin/busybox sh
/bin/busybox --install -s /bin
mount -t devtmpfs none /dev; mount -t proc none /proc; mount -t sysfs none /sys
exec >/dev/ttyS0
echo user space
echo processors: $(nproc)
echo clock: $(cat /sys/devices/system/clocksource/clocksource0/current_clocksource)
for n in 1 2 3; do head -c 300000 /dev/zero | md5sum; sleep 0.1; done
poweroff -f
"""
LINUX_SUM = hashlib.md5(bytes(300000)).hexdigest()

TRIPLE_GUEST = lab.guest.elf(lab.guest.TRIPLE_FAULT)
MARKER_GUEST = lab.guest.elf(lab.guest.out8(0x4d59, 1) + lab.guest.out8(0xf4, 0) + lab.guest.HALT)


def asked(options, ask, until, then):
    """A machine whose monitor is asked `ask` until it says `until`, which is not waited for for ever, then the commands of `then`.
    Its guest is to say nothing."""
    commands = " ".join(f"'{c}'" for c in [*then, "quit"])
    return f"""trap '' PIPE; mkfifo /tmp/m$$; ./mynah -m 64 -display none -serial file:/tmp/s$$ -monitor stdio {options} </tmp/m$$ >/tmp/o$$ &
exec 3>/tmp/m$$; for n in $(seq 200); do grep -qs '{until}' /tmp/o$$ && break; echo {ask} >&3 || break; sleep 0.1; done
for c in {commands}; do echo $c >&3; done; wait $! && ! [ -s /tmp/s$$ ]; s=$?; tail -n 200 /tmp/o$$; cat /tmp/s$$; rm /tmp/[mos]$$; exit $s"""


class Test(NamedTuple):
    name: str
    command: str  # of a shell, in a folder that has the files
    status: int = 0
    output: str = ""  # a pattern that is found in what it prints
    lab_only: bool = False  # it changes what is not ours
    kernel: bool = False  # it wants MYNAH_KERNEL and MYNAH_BUSYBOX
    sys: str = ""  # a kernel of tests/sys: in the lab labcpu.py says what may fail
    new_qemu: bool = False  # in the lab it wants NEEDS_QEMU; most such use debug registers (docs/kvm.md)


NEEDS_QEMU = 8  # major version: with 7.2 those tests fail, with 10.0 they pass; none between has been tried


TESTS = [
    Test("kvm-there", "./kvm-there", output="^API version 12\n.*\nthe guest ended as it should$"),
    Test("accel-help", "./mynah -accel help", output="^tcg "),
]
TESTS += [Test(f"sys-{name}-tcg", f"{MACHINE} -accel tcg -kernel {name}.elf", PASSED, "^$") for name in ["excp", "paging"]]
# With QEMU 7.2 two of them hang: kernels that its processor takes beyond the first failure.
TESTS += [Test(f"sys-{name}-kvm", f"{MACHINE} -accel kvm -kernel {name}.elf", PASSED, "^$", sys=name, new_qemu=name in ["sysinsn", "vm86"])
          for name in ["excp", "paging", "edges", "priv", "sysinsn", "smc", "step", "breakpoints", "canonical", "align", "irq", "modes", "vm86", "x87", "mmio"]]
# Under KVM without a word, and with what `info accel` counts: HLT fetches nothing, and most writes of index registers do not exit.
TESTS += [Test("exits-kvm", f"{MACHINE} -accel kvm -d stats -kernel exits.elf", PASSED,
               "port I/O +\\d{2} *\n.* HLT +[345]\\d\n.*state fetched [0-3] times.*collected: 1[12]\\d\\d\n.*for KVM: 0$"),
          Test("exits-kvm-each", f"{MACHINE} -accel kvm,coalesce=off -d stats -kernel exits.elf", PASSED, "port I/O +1\\d{3}\n.*collected: 0 ")]
# Local APICs in the kernel: HLT, EOI and the timer do not leave the guest.
SPLIT = "kvm,kernel-irqchip=split"
TESTS += [Test(f"split-{name}", f"{MACHINE} -accel {SPLIT} -kernel {name}.elf", PASSED, "^$", sys=name) for name in ["edges", "irq", "mmio"]]
TESTS += [
    Test("split-exits", f"{MACHINE} -accel {SPLIT} -d stats -kernel exits.elf", PASSED,
         "^kvm: .*port I/O +\\d{2} *\n.* HLT +0\n.*state fetched [0-3] times"),
    Test("split-smp", f"{MACHINE} -accel {SPLIT} -smp 2 -kernel smp.elf", PASSED, "^$"),
    Test("split-changes", f"sh ./changes.sh @COUNT@ {SPLIT}@ON@ tcg ./mynah -kernel changes@CALM@.elf", output="^status 1, changed 100+ times", new_qemu=True),
    # One that waits for its start-up IPI while the machine is stopped gets it afterwards.
    Test("split-begins", f"{{ echo 'info cpus'; sleep 2; echo cont; }} | {MACHINE.replace('-serial', '-serial null -monitor')} -accel {SPLIT} -smp 2 -S -kernel smp.elf", PASSED),
    # The monitor sees the APICs that KVM has: here what the guest has sent last, and that its second vCPU has enabled its own.
    Test("split-monitor", asked(f"-accel {SPLIT} -smp 2 -kernel smp.elf", "info lapic", "ICR.*00004040", ["stop", "info lapic", "cont", "stop", "cont", "info status"]),
         output="\\) stop\r?\n.*CPU 1\r?\n.*SPIV\t 0x000001ff APIC enabled.*running"),
    Test("split-linux-smp", f"./mynah -m 256 -smp 2 -no-reboot -display none -serial stdio -accel {SPLIT} -d stats -kernel kernel -initrd initrd "
         "-append 'console=ttyS0 quiet no_timer_check panic=-1'", output=f"processors: 2\r?\n.*(?:{LINUX_SUM}  -\r?\n){{3}}", kernel=True),
]
# A triple fault of the second vCPU, which has no paging then, resets the machine.
TESTS += [Test(f"{name}-falls", f"timeout -s KILL 60 {MACHINE.replace('-no-reboot ', '')} -accel {accel} -smp 2 -kernel smp-falls.elf", PASSED, "^$")
          for name, accel in [("smp", "kvm"), ("split-smp", SPLIT)]]
# 8259s and I/O APIC as well: their end of interrupt does not leave the guest either.
CHIPS = "kvm,kernel-irqchip=on"
TESTS += [Test(f"chips-{name}", f"{MACHINE} -accel {CHIPS} -kernel {name}.elf", PASSED, "^$", sys=name) for name in ["edges", "irq", "mmio", "modes"]]
TESTS += [
    Test("chips-exits", f"{MACHINE} -accel {CHIPS} -d stats -kernel exits.elf", PASSED,
         "^kvm: .*port I/O +\\d{1,2} *\n.* HLT +0\n.*end of interrupt +0\n.*state fetched [0-3] times"),
    Test("chips-smp", f"{MACHINE} -accel {CHIPS} -smp 2 -kernel smp.elf", PASSED, "^$"),
    Test("chips-changes", f"sh ./changes.sh @COUNT@ {CHIPS}@ON@ tcg ./mynah -kernel changes@CALM@.elf", output="^status 1, changed 100+ times", new_qemu=True),
    # The monitor sees them too: the guest has set up its first 8259, and gets ticks; so it is under the translator afterwards.
    # It does without AVX, since QEMU 7.2's processor loses XCR0 (docs/kvm.md).
    Test("chips-monitor", asked(f"-accel {CHIPS} -cpu max,-avx -kernel changes@CALM@.elf", "info pic", "imr=fe.*irq_base=30", ["info irq", "accel tcg", "info accel", "info pic"]),
         output="imr=fe.*irq_base=30.*IRQ statistics for i8259:\r?\n 0: \\d+.*accel tcg.*info pic\r?\n.*imr=fe isr=0[01] hprio=0 irq_base=30"),
    Test("chips-linux-smp", f"./mynah -m 256 -smp 2 -no-reboot -display none -serial stdio -accel {CHIPS} -d stats -kernel kernel -initrd initrd "
         "-append 'console=ttyS0 quiet no_timer_check panic=-1'", output=f"processors: 2\r?\n.*(?:{LINUX_SUM}  -\r?\n){{3}}", kernel=True),
]
# The clocks of a machine that is stopped for a while.
TESTS += [Test(f"clocks-{name}", f"sh ./stops.sh ./mynah {options} -kernel clocks.elf", output="^ready\nstatus 1$")
          for name, options in [("kvm", "-accel kvm"), ("smp", "-accel kvm -smp 2"), ("split", f"-accel {SPLIT}"), ("split-smp", f"-accel {SPLIT} -smp 2"),
                              ("chips", f"-accel {CHIPS}"), ("chips-smp", f"-accel {CHIPS} -smp 2")]]
# What -cpu says. The lab's processor has no PCID, so there an Intel model is refused; "max" is without it.
TESTS += [Test(f"cpu-{name}", f"{MACHINE} -accel kvm -cpu {name} -kernel edges.elf", PASSED, "^$") for name in ["host", "max", "x86-64-v2"]]
TESTS += [
    Test("cpu-lacks", f"{MACHINE} -accel kvm -cpu Haswell -kernel edges.elf", 1, "^[^\n]*-accel kvm: -cpu Haswell: this host's KVM has not got [^\n]*pcid[^\n]*$", lab_only=True),
    Test("triple-fault", f"{MACHINE} -accel kvm -kernel triple.elf", 0, "^$"),
    Test("assist-counted", f"{MACHINE} -accel kvm -d stats -kernel mmio.elf", PASSED, "instructions translated for KVM: [1-9]"),
]
TESTS += [Test("assist-off", f"{MACHINE} -accel kvm,assist=off -kernel mmio.elf", 1, "KVM cannot go on: it cannot emulate an instruction(?:, data [^\n]*)?\nRAX=")]
TESTS += [Test(f"auto-{name}", f"{MACHINE} -accel kvm,assist=auto -kernel {name}.elf", PASSED, "^$") for name in ["edges", "mmio", "shadows"]]
TESTS += [
    Test("accel-order", f"{MACHINE} -accel hax -accel kvm -accel tcg -kernel smc.elf", PASSED, "^[^\n]*warning: -accel hax: [^\n]*$"),
    Test("accel-gone", f"mv /dev/kvm /dev/k && {MACHINE} -machine accel=kvm:tcg -kernel excp.elf; s=$?; mv /dev/k /dev/kvm; exit $s",
         PASSED, "^[^\n]*warning: -accel kvm: there is no /dev/kvm[^\n]*$", lab_only=True),
    Test("until-marker-kvm", f"{MACHINE} -accel kvm,until=marker -accel tcg -d in_asm -D /tmp/log$$ -kernel marker.elf; s=$?; "
         "grep -c '^0x' /tmp/log$$; rm /tmp/log$$; exit $s", PASSED, "^[1-9]"),
    Test("until-tcg-kvm", f"{MACHINE} -accel tcg,until=test_main -accel kvm -kernel smc.elf", PASSED,
         "^([^\n]*warning: the guest's TSC[^\n]*)?$"),
    Test("until-kvm", f"{MACHINE} -accel kvm,until=test_main -d in_asm -D /tmp/log$$ -kernel smc.elf; s=$?; grep -m 1 '^0x' /tmp/log$$; "
         "rm /tmp/log$$; exit $s", PASSED, "^0x[0-9a-f]+: ", new_qemu=True),
    Test("smp-kvm", f"{MACHINE} -accel kvm -smp 2 -kernel smp.elf", PASSED, "^$"),
    Test("smp-monitor", "{ echo 'info cpus\ncpu 1\ninfo cpus\ncpu 2\naccel tcg\ncont\nstop\ncont\ninfo status\nquit'; } | "
         "./mynah -m 64 -display none -serial null -monitor stdio -accel kvm -smp 2 -S -kernel smp.elf",
         output="\\* CPU #0.*  CPU #1.*  CPU #0.*\\* CPU #1.*invalid CPU index.*2 vCPUs keeps its accelerator.*running"),
    # 1,000 on a processor; an emulated one would need minutes for them
    Test("changes-kvm", "sh ./changes.sh @COUNT@ kvm@ON@ tcg ./mynah -kernel changes@LAB@.elf", output="^status 1, changed 100+ times", new_qemu=True),
    Test("linux-changes", "sh ./linux.sh ./mynah -kernel kernel -initrd initrd", output=f"^there and back\n.*clock: kvm-clock\n.*(?:{LINUX_SUM}  -\n){{3}}.*status 0$",
         kernel=True),
    Test("linux-smp", "./mynah -m 256 -smp 2 -no-reboot -display none -serial stdio -accel kvm -kernel kernel -initrd initrd -append 'console=ttyS0 quiet no_timer_check panic=-1'",
         output=f"processors: 2\r?\n.*(?:{LINUX_SUM}  -\r?\n){{3}}", kernel=True),
    Test("places-kvm", "sh ./places.sh tcg kvm ./mynah -cpu max,-kvmclock -kernel places.elf", output="^7 places, \\d{3,} accesses are the same$"),
    Test("lockstep-kvm", "sh ./steps.sh tcg tcg,one-insn-per-tb=on,opt-lookahead=off kvm ./mynah -kernel steps.elf", output="\\d{4,} steps are the same$"),
]
# Programs of Linux's step by step: the tests' own, and one that was not made for it. One model, so that both see the same CPUID.
TESTS += [Test(f"program-{name}", f"sh ./program.sh tcg tcg,one-insn-per-tb=on,opt-lookahead=off kvm ./compare-steps {program} '{arguments}' "
               "./mynah -cpu x86-64-v2 -kernel program.elf", output=f"\\d{{5,}} steps are the same\n{output}$", kernel=name == "busybox")
          for name, program, arguments, output in [
              ("own", "linux-program", "program the words are put in order", "-1666.67 [^\n]*\nare in order! program put the words $"),
              ("busybox", "busybox", "busybox echo as it should", "as it should")]]
# gdb's packets: a breakpoint, a step, a watchpoint, and the same with more breakpoints than a processor has.
TESTS += [Test("gdb", f"""ifconfig lo 127.0.0.1 2>/dev/null
{MACHINE} -accel kvm -kernel excp.elf -S -gdb tcp:127.0.0.1:{GDB_PORT} >/dev/null 2>&1 &
./gdb-client {GDB_PORT} Z0,@excp.elf:test_main@,1:OK c:T05 p10:@<excp.elf:test_main@ s:T05 z0,@excp.elf:test_main@,1:OK \
    Z2,@excp.elf:fixup_rip@,8:OK c:T05watch:@excp.elf:fixup_rip@ s:T05 c:T05watch:@excp.elf:fixup_rip@ \
    Z0,3000000,1:OK Z0,3000001,1:OK Z0,3000002,1:OK Z0,3000003,1:OK c:T05watch:@excp.elf:fixup_rip@ \
    z0,3000000,1:OK c:T05watch:@excp.elf:fixup_rip@
r=$?; kill $!; exit $r""", output="^$", new_qemu=True)]

# More breakpoints than a processor has, and fewer, in turn: the translator goes on with what it had, but for code that changed under KVM.
TESTS += [Test(f"turns-{name}", f"""ifconfig lo 127.0.0.1 2>/dev/null
{MACHINE} -accel kvm{options} -d stats -kernel turns.elf -S -gdb tcp:127.0.0.1:{GDB_PORT} 2>&1 &
./gdb-client {GDB_PORT} Z0,@turns.elf:turn@,1:OK Z0,3000000,1:OK Z0,3000001,1:OK Z0,3000002,1:OK Z0,3000003,1:OK c:T05 c:T05 \
    z0,3000000,1:OK c:T05 Z0,3000000,1:OK c:T05 z0,3000000,1:OK c:T05 c:T05 Z0,3000000,1:OK c:T05 z0,3000000,1:OK c:T05 Z0,3000000,1:OK c:T05 D:OK
wait $!""", PASSED, output, new_qemu=True)
          for name, options, output in [("kept", "", "^kvm: .*began anew 1 times, went on 3 times without the units of [3-9] pages$"),
                                        ("dropped", ",dirty-log=off", "^kvm: .*began anew 4 times, went on 0 times without the units of 0 pages$")]]


def choose():
    """(a place to run, its name); raises lab.Unavailable."""
    asked = os.environ.get("MYNAH_KVM", "")
    why = lab.host_kvm()
    if asked == "bare" and not why and not lab.is_bare():
        why = "this host has virtual machines: the other runs are on its /dev/kvm"
    if asked in ("host", "bare") or (not why and asked != "lab" and not lab.is_bare()):
        if why:
            raise lab.Unavailable(why)
        return lab.Host(), "the host's /dev/kvm"
    print(f"# {why or asked or 'KVM without virtual machines'}: the tests run in a machine that {lab.QEMU} emulates")
    return lab.Lab(os.environ.get("MYNAH_KERNEL"), os.environ.get("MYNAH_BUSYBOX")), "the lab"


def symbol(program, name):
    lines = subprocess.run(["nm", program], stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()
    return int(next(line.split()[0] for line in lines if line.split()[-1] == name), 16)


def with_symbols(command, files):
    """@FILE:SYMBOL@ becomes the address, @<FILE:SYMBOL@ the address as memory has it."""
    def number(m):
        address = symbol(files[m[2]], m[3])
        return address.to_bytes(8, "little").hex() if m[1] else f"{address:x}"
    return re.sub(r"@(<?)([-\w.]+):(\w+)@", number, command)


def is_bare(place):
    return isinstance(place, lab.Host) and place.bare


def complaint(test, status, output, place):
    """What is wrong with the result, or None."""
    if is_bare(place):
        output = re.sub(barecpu.WARNING, "", output, flags=re.MULTILINE)
        test = test._replace(output=barecpu.OUTPUT.get(test.name, test.output))
    if test.sys and is_bare(place):
        return labcpu.complaint(test.sys, status, output, False, barecpu.FAILS, {})
    if test.sys and isinstance(place, lab.Lab):
        return labcpu.complaint(test.sys, status, output, lab.qemu_major() < NEEDS_QEMU)
    if status != test.status:
        return f"status {status}, wanted {test.status}" + (" (it took too long)" if status == 137 else "")
    if not re.search(test.output, output, re.DOTALL):
        return f"its output has no match of {test.output!r}"
    return None


def why_not(test, place):
    """Why this place cannot run the test, or None."""
    if isinstance(place, lab.Lab) and test.new_qemu and lab.qemu_major() < NEEDS_QEMU:
        return f"{lab.QEMU} is older than {NEEDS_QEMU}.0"
    if is_bare(place) and test.name in barecpu.NOT:
        return barecpu.NOT[test.name]
    if isinstance(place, lab.Lab) and test.sys in labcpu.NOT:
        return labcpu.NOT[test.sys]
    if test.kernel and not (os.environ.get("MYNAH_KERNEL") and os.environ.get("MYNAH_BUSYBOX")):
        return "MYNAH_KERNEL and MYNAH_BUSYBOX are not set"
    return None


def report(n, test, status, output, place, verbose):
    text = output.decode("latin1").replace("\r\n", "\n").rstrip("\n")
    wrong = complaint(test, status, text, place)
    print(f"{'not ' if wrong else ''}ok {n + 1} - {test.name}")
    if wrong or verbose:
        for line in [*f"$ {test.command}".splitlines(), *text.splitlines(), *([wrong] if wrong else [])]:
            print(f"#   {line}")
    sys.stdout.flush()
    return not wrong


def run(place, files, tests, verbose, **limits):
    """True if all passed. A lab that ends early leaves tests without a result, which fail."""
    done, good = set(), True
    skip = [why_not(t, place) for t in tests]
    for n, status, output in place.run(files, [":" if why else t.command for t, why in zip(tests, skip)], **limits):
        done.add(n)
        if skip[n]:
            print(f"ok {n + 1} - {tests[n].name} # SKIP {skip[n]}")
        else:
            good &= report(n, tests[n], status, output, place, verbose)
    for n, test in enumerate(tests):
        if n not in done:
            good = False
            print(f"not ok {n + 1} - {test.name}\n#   no result came")
    if not good:
        for line in getattr(place, "console", b"").decode("latin1").splitlines()[-30:]:
            print(f"# console: {line}")
    return good


def made_files(stack):
    """{name: path} of what the tests need that is not built."""
    made = {"marker.elf": MARKER_GUEST, "triple.elf": TRIPLE_GUEST}
    kernel, busybox = os.environ.get("MYNAH_KERNEL"), os.environ.get("MYNAH_BUSYBOX")
    if kernel and busybox:
        entries = [(folder, 0o040755, b"") for folder in ["bin", "dev", "proc", "sys"]]
        entries += [("bin/busybox", 0o100755, open(busybox, "rb").read()), ("init", 0o100755, LINUX_INIT)]
        made["initrd"] = lab.guest.cpio(entries)
    files = {name: path for name, path in [("kernel", kernel), ("busybox", busybox)] if path}
    for name, data in made.items():
        file = stack.enter_context(tempfile.NamedTemporaryFile(prefix="mynah-"))
        file.write(data)
        file.flush()
        files[name] = file.name
    return files


def main():
    p = argparse.ArgumentParser()
    p.add_argument("-k", default="", metavar="PATTERN")
    p.add_argument("-v", action="store_true")
    p.add_argument("files", nargs="+", metavar="NAME=FILE")
    o = p.parse_args()
    try:
        place, name = choose()
    except lab.Unavailable as e:
        print(f"1..0 # SKIP nothing was tested on KVM: {e}")
        return
    files = dict(f.split("=", 1) for f in o.files)
    tests = [t for t in TESTS if re.search(o.k, t.name) and not (t.lab_only and isinstance(place, lab.Host))]
    in_lab, bare = isinstance(place, lab.Lab), is_bare(place)
    # changes.c says what a guest does without for the lab's processor
    words = {"@COUNT@": "100" if in_lab else "1000", "@LAB@": "-lab" if in_lab else "-bare" if bare else "",
             "@CALM@": "-calm" if in_lab else "-bare" if bare else "", "@ON@": ",assist=on" if bare else ""}
    tests = [t._replace(command=re.sub("@[A-Z]+@", lambda m: words[m[0]], with_symbols(t.command, files))) for t in tests]
    if bare:  # there KVM is to be asked for to have the guest
        tests = [t._replace(command=re.sub(r"(-accel kvm)(?!\S*assist)", r"\1,assist=on", t.command)) for t in tests]
    print(f"1..{len(tests)}\n# on {name}")
    with contextlib.ExitStack() as stack:
        good = run(place, files | made_files(stack), tests, o.v)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()

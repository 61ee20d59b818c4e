#!/usr/bin/env python3
"""bench.py MYNAH [QEMU]: what KVM costs, on a host with /dev/kvm; not a test.

- ring-3 compute: a loop in ring 3 of a guest, and the same bytes in this process
- ports, MMIO: what a write to port 80h, which nothing answers, and a read of an HPET register cost, side by side with QEMU
- changes: how long `accel tcg` and `accel kvm` take for a guest with 512 MiB, by `info accel`; --fake LIBRARY measures our
  part of it on a host without KVM, with tests/kvm/fake-kvm.so of the build

The least of --rounds runs counts. A loop of no turns is taken off each run, so that the start does not count.
"""
# SPDX-License-Identifier: MIT
import argparse
import ctypes
import mmap
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "boot"))
import guest  # noqa: E402

HPET_PERIOD = 0xfed00004
TURN = {  # of a loop over ECX; the same bytes in 32- and 64-bit code
    "compute": bytes.fromhex("6bc00d 01c8 c1c007 31d0"),  # imul eax, 13; add eax, ecx; rol eax, 7; xor eax, edx
    "port": bytes.fromhex("e680"),  # out 80h, al
    "mmio": bytes.fromhex("8b06"),  # mov eax, [rsi]
}


def loop(what, turns):
    """mov ecx, turns; test ecx, ecx; jz end; 1: TURN; sub ecx, 1; jnz 1b; end:"""
    body = TURN[what] + bytes.fromhex("83e901")
    body += b"\x75" + (-len(body) - 2 & 0xff).to_bytes(1, "little")
    return b"\xb9" + turns.to_bytes(4, "little") + b"\x85\xc9\x74" + bytes([len(body)]) + body


def page_tables(at):
    """The first 4 GiB as they are, for ring 3 too, in 2 MiB pages; the first of six tables is CR3's."""
    tables = [[at + 0x1000 | 7], [at + 0x2000 + 0x1000 * n | 7 for n in range(4)]]
    tables += [[(n << 30) + (i << 21) | 0x87 for i in range(512)] for n in range(4)]
    return b"".join(b"".join(e.to_bytes(8, "little") for e in t).ljust(0x1000, b"\0") for t in tables)


def kernel(what, turns):
    """Goes to 64-bit code in ring 3 by IRET, and runs the loop there; a TSS allows it all ports (IOPL is lost on hosts
    whose ring 3 is not a virtual machine's)."""
    entry = guest.BASE
    gdt_at, long_at, ring3_at, tss_at, tables_at = entry + 0x80, entry + 0x100, entry + 0x140, entry + 0x1000, entry + 0x4000

    def imm(value):
        return value.to_bytes(4, "little")

    head = b"\x0f\x01\x15" + imm(gdt_at + 72)  # lgdt
    head += bytes.fromhex("0f20e0 0c20 0f22e0 b8") + imm(tables_at) + bytes.fromhex("0f22d8")  # CR4.PAE, CR3
    head += b"\xb9" + imm(0xc0000080) + bytes.fromhex("0f32 80cc01 0f30")  # EFER.LME
    head += bytes.fromhex("0f20c0 0d00000080 0f22c0 ea") + imm(long_at) + b"\x10\0"  # CR0.PG, jmp far
    gdt = [0, 0, 0x00af9b000000ffff, 0x00cf93000000ffff, 0, 0x00cff3000000ffff, 0x00affb000000ffff]  # with Linux's selectors
    gdt += [0x0000890000002069 | tss_at << 16, 0]
    table = b"".join(d.to_bytes(8, "little") for d in gdt) + (71).to_bytes(2, "little") + imm(gdt_at)
    long = b"\xbc" + imm(entry + 0xf00) + bytes.fromhex("b82b000000 8ed8 8ec0 b838000000 0f00d8") + b"\xbe" + imm(HPET_PERIOD)
    for value in [0x2b, entry + 0xf00, 0x0002, 0x33, ring3_at]:  # ss, rsp, rflags, cs, rip
        long += b"\x68" + imm(value)
    long += bytes.fromhex("48cf")  # iretq
    code = head.ljust(gdt_at - entry, b"\x90") + table
    code = code.ljust(long_at - entry, b"\x90") + long
    code = code.ljust(ring3_at - entry, b"\x90") + loop(what, turns) + guest.debug_exit(0) + b"\xeb\xfe"
    code = code.ljust(tss_at - entry, b"\0") + bytes(102) + (104).to_bytes(2, "little") + bytes(8192) + b"\xff"
    return guest.elf(code.ljust(tables_at - entry, b"\0") + page_tables(tables_at))


def run_guest(emulator, what, turns):
    """Seconds."""
    with tempfile.NamedTemporaryFile(prefix="mynah-") as f:
        f.write(kernel(what, turns))
        f.flush()
        start = time.monotonic()
        r = subprocess.run([*emulator, "-m", "64", "-no-reboot", "-display", "none", "-serial", "null", "-monitor", "none",
                            "-device", "isa-debug-exit,iobase=0x501,iosize=2", "-kernel", f.name], stdin=subprocess.DEVNULL,
                           stderr=subprocess.PIPE, text=True)
        seconds = time.monotonic() - start
    if r.returncode != 1:
        sys.exit(f"{' '.join(emulator)}: the guest ended with status {r.returncode}\n{r.stderr}")
    return seconds


def run_native(what, turns):
    """Seconds that the loop takes in this process."""
    code = b"\x53" + loop(what, turns) + b"\x5b\xc3"
    memory = mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    memory.write(code)
    call = ctypes.CFUNCTYPE(None)(ctypes.addressof(ctypes.c_char.from_buffer(memory)))
    start = time.monotonic()
    call()
    return time.monotonic() - start


def least(run, what, turns, rounds):
    return min(run(what, turns) for _ in range(rounds)) - min(run(what, 0) for _ in range(rounds))


def changes(mynah, count, env, memory=512):
    """Milliseconds of each change, to tcg and back; the guest computes."""
    with tempfile.NamedTemporaryFile(prefix="mynah-") as f:
        f.write(kernel("compute", 0xffffffff))
        f.flush()
        lines = "".join(f"accel {'kvm' if n % 2 else 'tcg'}\ninfo accel\n" for n in range(count))
        r = subprocess.run([*mynah, "-m", str(memory), "-display", "none", "-serial", "null", "-monitor", "stdio", "-kernel", f.name],
                           input=lines + "quit\n", env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return [float(ms) for ms in re.findall(r"the last time in ([\d.]+) ms", r.stdout)]


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("mynah")
    p.add_argument("qemu", nargs="?")
    p.add_argument("--rounds", type=int, default=3)
    p.add_argument("--turns", type=int, default=400_000, help="of the loops with exits; 1,000 times as many compute")
    p.add_argument("--fake", metavar="LIBRARY", help="changes alone, with this /dev/kvm")
    o = p.parse_args()
    emulators = {"mynah": [os.path.abspath(o.mynah), "-accel", "kvm,assist=on"]}
    if o.qemu:
        emulators["qemu"] = [o.qemu, "-accel", "kvm"]
    env = dict(os.environ, LD_PRELOAD=os.path.abspath(o.fake)) if o.fake else None
    if not o.fake:
        turns = 1000 * o.turns
        native = least(run_native, "compute", turns, o.rounds)
        for name, argv in emulators.items():
            seconds = least(lambda what, n, argv=argv: run_guest(argv, what, n), "compute", turns, o.rounds)
            print(f"ring-3 compute  {name:6} {seconds:8.3f} s, {seconds / native:.3f} of native ({native:.3f} s)")
        for what in ["port", "mmio"]:
            for name, argv in emulators.items():
                seconds = least(lambda what, n, argv=argv: run_guest(argv, what, n), what, o.turns, o.rounds)
                print(f"{what:15} {name:6} {seconds / o.turns * 1e6:8.2f} us each")
    times = changes(emulators["mynah"], 20, env)
    if not times:
        sys.exit("no change of the accelerator was told")
    print(f"changes         mynah  {min(times):8.2f} ms the least, {statistics.median(times):.2f} ms the median of {len(times)}")


if __name__ == "__main__":
    main()

"""What the processor of the lab does otherwise than a real one, as far as tests/sys look: QEMU's translator fails the same checks
when it runs these kernels itself (`qemu-system-x86_64 -accel tcg -cpu max`), without KVM and without us, but for the one of `irq`.
All else is to pass."""
# SPDX-License-Identifier: MIT
import re

OLD = "QEMU 7.2: "  # why begins with it: newer ones (major version 8 and up) do not fail there

# Kernel: [(what fails, how often at most, why)].
FAILS = {
    "excp": [
        (r"trap.error == 0x10 \| 1: 10, 11", 1, "an exception while another one is delivered has no EXT in its error code"),
        (r"trap.error == 0x9[13] \* 8 \+ 2: ", 2, OLD + "in long mode a gate's error code has twice its number"),
        (r"trap.error == 2: 0, 2", 1, "XCHG reads before it looks whether it may write"),
    ],
    "paging": [
        (r"trap.error == 9: 8, 9", 2, "a reserved bit of a page table entry is reported as if it was not present"),
        (r"read_at\(VA \+ 8\) == 2: 1, 2", 1, "a page fault does not invalidate what is cached of its page"),
    ],
    "priv": [
        (r"trap.error == error: 32, 1a", 1, OLD + "as for excp"),
        (r"seen_flags & 0x401 == 1: 0, 1", 1, "SYSCALL to 64-bit code loses the carry"),
    ],
    "sysinsn": [
        (r"trap.vector == UD: f{16}, 6", 1, "LOCK before some instructions is ignored"),
        (r"trap.vector == GP: f{16}, d", 1, "bits of CR0 and CR8 that are reserved are ignored"),
    ],
    "irq": [
        (r"too_early == 0: [0-9a-f]+, 0", 1, OLD + "an interrupt of the host's ends what STI holds back (so only with KVM inside, docs/kvm.md)"),
    ],
    "canonical": [
        (r"trap.rip == ", 6, "a jump to no canonical address faults at its target, not at the jump"),
        (r"trap.rsp == ", 4, "so that calls and returns have changed RSP"),
    ],
    "align": [(r"trap.vector == vector: 80, 11", 19, "there is no alignment check")],
    "vm86": [
        (r"v_out.eip == 0: 3, 0", 1, "a word across the end of a segment is read, limits are not checked"),
        (r"v_out.vector == GP: [fa]+, d", 4, "task switches do not check the TSS as they should"),
        (r"v_out.error == error: ", 4, "the same"),
    ],
    "x87": [
        (r"sw & 0x80ff == 4: 0, 4", 1, "a masked division by zero is not noted"),
        (r"trap.vector == 16: f{16}, 10", 1, "so that it raises nothing when it is unmasked"),
    ],
    "fptraps": [
        (r"trap.vector == (XM: f{16}, 13|UD: f{16}, 6)", 14, "SIMD exceptions that are not masked are not raised"),
        (r"traps == 333: 0, 14d", 1, "the same"),
        (r"\*\(uint64_t \*\)&sum == 0x40b4d40000000000: 7ff0{13}, ", 1, "so that the sum has infinities"),
    ],
}

# Kernels that do not come to their end, for what fails: (status, what is said, why).
ENDS = {
    "sysinsn": (1, "KVM cannot go on: the CPU refused to enter the guest", "it has let CR3 have a bit that is reserved, which the guest's entry then finds"),
    "canonical": (0, "", "a return with a wrong RSP ends in a triple fault"),
}

# Kernels that end the lab: why.
NOT = {
    "step": "QEMU's emulated processor hangs or stops with an assertion over single steps, by itself as well",
    "breakpoints": "QEMU stops with an assertion over data breakpoints, by itself as well",
}


def complaint(kernel, status, output, is_old, fails=FAILS, ends=ENDS):
    """What is wrong with a run that is not on the lists, or None. is_old: the lab's QEMU is."""
    left = {pattern: most for pattern, most, why in fails.get(kernel, []) if is_old or not why.startswith(OLD)}
    failed = re.findall(r"failed: (.*)", output)
    for line in failed:
        row = next((p for p in left if re.match(p, line)), None)
        if row is None or left[row] == 0:
            return f"that '{line}' fails is new"
        left[row] -= 1
    ended, said, _ = ends.get(kernel, (None, "", ""))
    if status != 2 * len(failed) + 1 and not (status == ended and said in output):
        return f"status {status} with {len(failed)} failed checks"
    rest = re.sub(r"^.*: failed: .*\n?", "", output, flags=re.MULTILINE)
    return f"more output: {rest}" if rest.strip() and not (said and said in rest) else None

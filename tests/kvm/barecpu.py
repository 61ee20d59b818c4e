"""What KVM without virtual machines (docs/kvm.md, "Bare hosts") does otherwise than a processor, as far as the suite looks. It was
read off Linux 6.18 with kvm_pvm; with QEMU 10.0.2 instead of us SYSCALL and INT n go wrong too. All else is to pass."""
# SPDX-License-Identifier: MIT

INT = "INT n and INT3 in ring 3 are #UD and #BP: the IDT's gates are not asked"
SYSCALL = "SYSCALL goes to its target, but stays in ring 3"
SELECTORS = "CS and SS of 64-bit ring 3 are the host's, 33h and 2Bh"

# As in labcpu.py.
FAILS = {
    "paging": [
        (r"page\[511\] == 0xa+u", 1, "an emulated write across two pages is not refused as a whole"),
        (r"read_at\(VA \+ 4092\) == 0xb", 1, "the same"),
        (r"trap.vector == 0x80: 6, 80", 2, INT),
    ],
    "priv": [
        (r"trap.vector == (vector|0x80): 6, (80|91)", 8, INT),
        (r"trap.vector == vector: 3, d", 1, INT),
        (r"trap.error == error: 0, 1a", 1, INT),
        (r"arg\[1\] == 8: 197ff8, 8", 1, "a call gate is not gone through: #UD too"),
        (r"arg\[0\] & 0x3200 == 0: 200, 0", 1, "ring 3 has the host's IF, which is set"),
        (r"trap.vector == 0x80: d, 80", 1, SYSCALL),
        (r"seen_cs == 8: 33, 8", 1, SYSCALL),
        (r"arg\[0\] & 0x401 == 0x401: 0, 401", 1, SYSCALL),
        (r"seen_rcx == 0x123450: [0-9a-f]+, 123450", 1, "SYSENTER is as SYSCALL"),
        (r"trap.cs == 0x83: 2b, 83", 1, SELECTORS),
    ],
}

# Tests that are skipped: why.
NO_USER = f"a Linux has no user space under this KVM: {SYSCALL}"
NO_TSC = "the guest's TSC is the host's, and never stands still"
NO_STEPS = "ring 3 is not under KVM when it is stepped through"
NOT = {
    "sys-excp-kvm": "an exception goes through a gate whose segment is not code, and the kernel ends in a triple fault",
    "sys-sysinsn-kvm": "reserved bits of CR0 and CR4 are taken, and the kernel does not come to its end",
    "sys-step-kvm": "TF is of no effect in ring 3, and MOV SS does not hold it back",
    "sys-breakpoints-kvm": "debug registers are of no effect in ring 3, and on no data",
    "sys-canonical-kvm": "a jump to no canonical address ends in a triple fault",
    "sys-align-kvm": INT,
    "sys-irq-kvm": "interrupts are not looked for between emulated instructions, and the kernel does not come to its end",
    "sys-modes-kvm": "there is no 32-bit paging",
    "sys-vm86-kvm": "there is no virtual-8086 mode",
    "places-kvm": INT,
    "lockstep-kvm": NO_STEPS,
    "program-own": NO_STEPS,
    "program-busybox": NO_STEPS,
    "turns-kept": "the translator has the guest as long as there is a breakpoint",
    "turns-dropped": "the translator has the guest as long as there is a breakpoint",
}
NOT |= {f"{name}-irq": NOT["sys-irq-kvm"] for name in ["split", "chips"]} | {"chips-modes": NOT["sys-modes-kvm"]}
NOT |= {name: NO_USER for name in ["split-linux-smp", "chips-linux-smp", "linux-smp"]}
NOT |= {f"clocks-{name}": NO_TSC for name in ["kvm", "smp", "split", "split-smp", "chips", "chips-smp"]}

# Tests that print something else.
OUTPUT = {"cpu-x86-64-v2": r"^[^\n]*warning: [^\n]*KVM shows the guest also [^\n]*$"}

WARNING = r"^[^\n]*warning: -accel kvm: this host's KVM emulates ring 0, [^\n]*\n?"  # where assist=on is asked for

#!/usr/bin/env python3
"""emulate-ring0.py: Linux's KVM as on a host where it does not enter a guest's ring 0, in the lab; not a test.

On some hosts, those that are guests themselves above all, KVM's emulator executes what a guest does at CPL 0, instruction after
instruction, and what it does not know ends KVM_RUN. No parameter of KVM's brings that about on AMD's processors, so kvm-amd is built from
Debian's source of the lab's kernel, with changes to svm.c (EDITS) and these parameters:

    ring0=1           CPL 0 and real mode are emulated, as handle_invalid_guest_state() does it in KVM for Intel's processors; ring 3
                      runs, and leaves the guest where it would enter ring 0 (not for INT n)
    ring0=N           only N instructions are; then the processor has ring 0 until the next exit, and so on
    ring0_events=0    exceptions in ring 0 end KVM_RUN as well, as on Intel's processors; else they are delivered by VMRUN, which ends in front of
                      the first instruction of the handler

    emulate-ring0.py --set ring0=1 -c './mynah ... -kernel excp.elf' mynah=build/mynah-system-x86_64 excp.elf=build/tests/sys/excp.elf
    emulate-ring0.py --set ring0=1 -k '^sys-.*-kvm' NAME=FILE...

The packages are fetched by apt into the cache once. -k runs tests of suite.py, which wants the files that meson.build gives that one; without
a result that is expected, since some of what they want KVM's emulator does not do. MYNAH_KERNEL and MYNAH_BUSYBOX are as for suite.py.
"""
# SPDX-License-Identifier: MIT
import argparse
import contextlib
import os
import pathlib
import re
import subprocess
import sys

import lab
import suite

PARAMETERS = r"""
#include <linux/entry-kvm.h>

static unsigned int ring0;
module_param(ring0, uint, 0644);
static bool ring0_events = true;
module_param(ring0_events, bool, 0644);
"""

BEFORE_EXIT = r"""
#define RING0_EXIT 0x3f0 /* not a code of the processor's */

static bool ring0_is_emulated(struct kvm_vcpu *vcpu)
{
	return ring0 && !is_guest_mode(vcpu) && svm_get_cpl(vcpu) == 0;
}

static bool ring0_gives_up(struct kvm_vcpu *vcpu)
{
	return !ring0_events && ring0_is_emulated(vcpu) && is_protmode(vcpu) &&
	       (kvm_is_exception_pending(vcpu) || vcpu->arch.exception.injected);
}

/* The emulator leaves VMMCALL to the processor. */
static bool ring0_is_hypercall(struct kvm_vcpu *vcpu)
{
	struct x86_exception e;
	u8 code[3];

	return !kvm_read_guest_virt(vcpu, kvm_get_linear_rip(vcpu), code, sizeof(code), &e) && code[0] == 0x0f && code[1] == 0x01 && code[2] == 0xd9;
}

static int ring0_emulate(struct kvm_vcpu *vcpu)
{
	struct vcpu_svm *svm = to_svm(vcpu);
	unsigned int count = 130;
	unsigned long at;

	while (count-- && ring0_is_emulated(vcpu)) {
		if (ring0 > 1 && ++svm->ring0_count > ring0) {
			svm->ring0_count = 0;
			svm->ring0_done = true;
			return 1;
		}
		if (svm_is_intercept(svm, INTERCEPT_VINTR) && !svm_interrupt_blocked(vcpu))
			return interrupt_window_interception(vcpu);
		if (kvm_test_request(KVM_REQ_EVENT, vcpu))
			return 1;
		at = kvm_rip_read(vcpu);
		if (!kvm_emulate_instruction(vcpu, 0))
			return 0;
		if (ring0_gives_up(vcpu)) {
			kvm_prepare_emulation_failure_exit(vcpu);
			return 0;
		}
		if (vcpu->arch.halt_request) {
			vcpu->arch.halt_request = 0;
			return kvm_emulate_halt_noskip(vcpu);
		}
		if (at == kvm_rip_read(vcpu) && !kvm_is_exception_pending(vcpu) && ring0_is_hypercall(vcpu)) {
			svm->ring0_done = true;
			return 1;
		}
		if (__xfer_to_guest_mode_work_pending())
			return 1;
	}
	return 1;
}

/* An exception in ring 3, which is to be injected: true. */
static bool ring0_exception(struct kvm_vcpu *vcpu, u32 exit_code)
{
	const u32 with_code = BIT(TS_VECTOR) | BIT(NP_VECTOR) | BIT(SS_VECTOR) | BIT(GP_VECTOR) | BIT(PF_VECTOR);
	const u32 without = BIT(DE_VECTOR) | BIT(BR_VECTOR) | BIT(NM_VECTOR) | BIT(MF_VECTOR) | BIT(XM_VECTOR);
	struct vmcb_control_area *c = &to_svm(vcpu)->vmcb->control;
	u32 vector = exit_code - SVM_EXIT_EXCP_BASE;

	if (!ring0 || is_guest_mode(vcpu) || vector > 31 || !((with_code | without) & BIT(vector)))
		return false;
	if (vector == PF_VECTOR)
		vcpu->arch.cr2 = c->exit_info_2;
	if (with_code & BIT(vector))
		kvm_queue_exception_e(vcpu, vector, c->exit_info_1);
	else
		kvm_queue_exception(vcpu, vector);
	return true;
}

"""

IN_EXIT = r"""
	if (exit_code == RING0_EXIT)
		return ring0_emulate(vcpu);
	if (ring0_exception(vcpu, exit_code))
		return 1;
"""

IN_RUN = r"""
	if (ring0 && !is_guest_mode(vcpu)) {
		bool event = svm->vmcb->control.event_inj & SVM_EVTINJ_VALID;
		bool inside = svm_get_cpl(vcpu) == 0;

		if (inside && !event && !svm->ring0_done) {
			svm->next_rip = 0;
			svm->vmcb->control.exit_code = RING0_EXIT;
			svm->vmcb->control.exit_int_info = 0;
			return EXIT_FASTPATH_NONE;
		}
		svm->ring0_done = false;
		force_immediate_exit |= event;
		/* SYSCALL from ring 3 is #UD then, which KVM knows how to emulate. */
		svm->vmcb->save.efer &= ~(u64)EFER_SCE;
		if (inside)
			svm->vmcb->save.efer |= vcpu->arch.efer & EFER_SCE;
		vmcb_mark_dirty(svm->vmcb, VMCB_CR);
		/* QEMU's processor does without TR where that is busy. */
		svm->vmcb->save.tr.attrib &= ~2;
		vmcb_mark_dirty(svm->vmcb, VMCB_SEG);
	}
"""

IN_SETUP = "\tif (ring0) {\n" + "".join(f"\t\tset_exception_intercept(svm, {v}_VECTOR);\n"
                                        for v in ["DE", "BR", "NM", "TS", "NP", "SS", "GP", "PF", "MF", "XM"]) + "\t}\n"

IN_PRE_RUN = r"""
	if (ring0_gives_up(vcpu)) {
		kvm_prepare_emulation_failure_exit(vcpu);
		return 0;
	}
"""

# (file, text that is there once, what is put behind it)
EDITS = [
    ("svm.h", "struct vcpu_svm {\n\tstruct kvm_vcpu vcpu;\n", "\tbool ring0_done;\n\tunsigned int ring0_count;\n"),
    ("svm.c", 'MODULE_LICENSE("GPL");\n', PARAMETERS),
    ("svm.c", "\tsvm->current_vmcb->asid_generation = 0;\n\tsvm->asid = 0;\n", IN_SETUP),
    ("svm.c", "\treturn svm_exit_handlers[exit_code](vcpu);\n}\n", BEFORE_EXIT),
    ("svm.c", "\tu32 exit_code = svm->vmcb->control.exit_code;\n\n\ttrace_kvm_exit(vcpu, KVM_ISA_SVM);\n", IN_EXIT),
    ("svm.c", "static int svm_vcpu_pre_run(struct kvm_vcpu *vcpu)\n{\n", IN_PRE_RUN),
    ("svm.c", "\tbool spec_ctrl_intercepted = msr_write_intercepted(vcpu, MSR_IA32_SPEC_CTRL);\n", IN_RUN),
]


class Failed(Exception):
    """Why there is no module."""


def sh(log, *argv, cwd=None):
    """Runs a command; what it prints goes to the end of `log`."""
    with open(log, "ab") as out:
        if subprocess.run(argv, cwd=cwd, stdin=subprocess.DEVNULL, stdout=out, stderr=out).returncode:
            raise Failed(f"{argv[0]} failed, see {log}")


def version(kernel):
    """(release, version of the package) of a bzImage of Debian's: it has them in clear."""
    found = re.search(rb"\0(\d[-.\w]+) \(debian-kernel@[^)]*\) [^\0]* Debian (\S+) \(", pathlib.Path(kernel).read_bytes())
    if not found:
        raise Failed(f"{kernel} is no kernel of Debian's")
    return found[1].decode(), found[2].decode()


def unpack(folder, release, package):
    """The kernel's headers, and in among them the source of KVM, at folder/usr/src."""
    series = re.match(r"\d+\.\d+", release)[0]
    abi = release.removesuffix("-cloud-amd64").removesuffix("-amd64")
    log = folder / "log"
    names = [f"linux-headers-{release}", f"linux-headers-{abi}-common", f"linux-kbuild-{series}", f"linux-source-{series}"]
    sh(log, "apt-get", "download", *[f"{name}={package}" for name in names], cwd=folder)
    for name in names[:3]:
        sh(log, "dpkg-deb", "-x", *folder.glob(f"{name}_*.deb"), folder)
    common = folder / "usr" / "src" / f"linux-headers-{abi}-common"
    top = f"linux-source-{series}"
    sh(log, "sh", "-c", f"dpkg-deb --fsys-tarfile {top}_*.deb | tar -xO ./usr/src/{top}.tar.xz | "
       f"tar -xJ -C {common} --strip-components=1 {top}/arch/x86/kvm {top}/virt/kvm", cwd=folder)
    for deb in folder.glob("*.deb"):
        deb.unlink()
    makefile = folder / "usr" / "src" / f"linux-headers-{release}" / "Makefile"
    makefile.write_text(makefile.read_text().replace("/usr/src", str(folder / "usr" / "src")))
    return common, makefile.parent


def edit(svm):
    """Changes the source; what has been changed before is taken anew."""
    text = {}
    for name in ["svm.h", "svm.c"]:
        kept = svm / f"{name}.orig"
        if not kept.exists():
            (svm / name).rename(kept)
        text[name] = kept.read_text()
    for name, place, added in EDITS:
        if text[name].count(place) != 1:
            raise Failed(f"{svm / name} is not as it was when this was made: {text[name].count(place)} times {place!r}")
        text[name] = text[name].replace(place, place + added)
    for name, new in text.items():
        if not (svm / name).exists() or (svm / name).read_text() != new:
            (svm / name).write_text(new)


def module(kernel):
    """kvm-amd for this kernel."""
    release, package = version(kernel)
    cache = os.environ.get("MYNAH_CACHE") or os.environ.get("XDG_CACHE_HOME", os.path.expanduser("~/.cache")) + "/mynah"
    folder = pathlib.Path(cache, "ring0", release)
    headers = folder / "usr" / "src" / f"linux-headers-{release}"
    common = headers.parent / (re.sub("(-cloud)?-amd64$", "", headers.name) + "-common")
    if not (common / "arch/x86/kvm/svm").exists():
        folder.mkdir(parents=True, exist_ok=True)
        unpack(folder, release, package)
    source = common / "arch" / "x86" / "kvm"
    edit(source / "svm")
    sh(folder / "log", "make", "-C", headers, f"M={source}", "CONFIG_KVM=", "CONFIG_KVM_INTEL=", "CONFIG_KVM_AMD=m", "CONFIG_DEBUG_INFO_BTF_MODULES=", "modules")
    return (source / "kvm-amd.ko").read_bytes()


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--set", action="append", default=[], metavar="PARAMETER=VALUE", help="of kvm-amd")
    p.add_argument("-c", action="append", default=[], metavar="COMMAND")
    p.add_argument("-k", metavar="PATTERN", help="tests of suite.py")
    p.add_argument("--limit", type=int, default=300, help="seconds for each command")
    p.add_argument("files", nargs="*", metavar="NAME=FILE")
    o = p.parse_args()
    files = dict(f.split("=", 1) for f in o.files)
    tests = [suite.Test(f"command-{n}", c) for n, c in enumerate(o.c)]
    tests += [t for t in suite.TESTS if o.k is not None and re.search(o.k, t.name)]
    set_up = "".join(f"echo {v} >/sys/module/kvm_amd/parameters/{n}; " for n, v in (s.split("=") for s in o.set))
    try:
        kernel = os.environ.get("MYNAH_KERNEL")
        place = lab.Lab(kernel, os.environ.get("MYNAH_BUSYBOX"))
        place.modules = {"kvm-amd": module(kernel)}
    except (lab.Unavailable, Failed) as e:
        sys.exit(f"{p.prog}: {e}")
    words = {"@COUNT@": "100", "@LAB@": "-lab", "@CALM@": "-calm"}
    tests = [t._replace(command=set_up + re.sub("@[A-Z]+@", lambda m: words[m[0]], suite.with_symbols(t.command, files))) for t in tests]
    with contextlib.ExitStack() as stack:
        good = suite.run(place, files | suite.made_files(stack), tests, True, limit=o.limit, total=o.limit * len(tests) + 60)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""test-plain.py EMULATOR SCRIPT: as a user without rights: natively, the emulator started so, and a guest that becomes one."""
# SPDX-License-Identifier: MIT
import os
import shutil
import subprocess
import sys
import tempfile

NOBODY = 65534
TIMEOUT = 240


def run(command, folder):
    env = {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}
    r = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=TIMEOUT,
                       env=env, cwd=folder)
    return r.returncode, r.stdout.decode(errors="replace").splitlines()


def main():
    emulator, script = sys.argv[1:]
    become = []
    if os.geteuid() == 0:
        setpriv = shutil.which("setpriv")
        if not setpriv:
            print("SKIPPED: root, and setpriv is not installed")
            return 77
        become = [setpriv, f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--"]
    with tempfile.TemporaryDirectory(prefix="mynah-plain-") as folder:
        os.chmod(folder, 0o1777)
        ours = shutil.copy(emulator, folder)  # where everybody may run it
        shell = ["/bin/bash", shutil.copy(script, folder), folder]
        want = run(become + shell, folder)
        bad = 0
        for what, command in (("started by the user", become + [ours] + shell), ("a guest that becomes the user", [ours] + become + shell)):
            got = run(command, folder)
            if got != want:
                bad += 1
                print(f"{what}: status natively {want[0]}, ours {got[0]}")
                for i in range(max(len(want[1]), len(got[1]))):
                    a, b = (r[1][i] if i < len(r[1]) else None for r in (want, got))
                    if a != b:
                        print(f"  natively {a!r}\n  ours     {b!r}")
        if want[0] or len(want[1]) < 20:
            bad += 1
            print(f"natively it went wrong: {want}")
        return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())

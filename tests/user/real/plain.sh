# As a user without rights: what is allowed and what is not, files, processes, real programs. (test-plain.py)
# SPDX-License-Identifier: MIT
set -u
export LC_ALL=C TZ=UTC
cd "$(mktemp -d "$1/XXXXXX")" || exit 1
export HOME=$PWD
try() { "$@" 2>&1; echo "= $?"; }
id -u; id -g; umask 022
tr '\0' ' ' </proc/self/cmdline; echo; tr '\0' ' ' </proc/$$/cmdline | sed 's, .*/, ,'
grep -E '^(Uid|Gid|CapEff|CapPrm|NoNewPrivs)' /proc/self/status
readlink /proc/self/exe
try cat /etc/shadow
try ls /root/.profile
try chown 0:0 .
try sh -c 'kill -0 1'
try nice -n -5 true
try sh -c 'echo x >/proc/sys/kernel/hostname'
ulimit -n 64; ulimit -n
echo 'echo script $0 $*' >script.sh; chmod 644 script.sh; try ./script.sh a; chmod 755 script.sh; try ./script.sh b
printf '#!/bin/sh\necho by its interpreter "$@"\n' >script; chmod 711 script; try ./script c
cp /bin/cat unreadable; chmod 111 unreadable; try cat unreadable
for i in 1 2 3; do (sleep 0; echo $i) & wait; done | sort -r | sha256sum
python3 - <<'X'
import ctypes, mmap, multiprocessing, os, resource, signal, socket, subprocess, threading
print(os.getresuid(), os.getgroups(), os.access("/etc/shadow", os.R_OK), os.access(".", os.W_OK))
def fails(f, *args):
    try:
        return f(*args)
    except OSError as e:
        return type(e).__name__
print([fails(os.setuid, 0), fails(os.setgid, 0), fails(os.setgroups, [0]), fails(os.chroot, "."), fails(os.kill, 1, 0),
       fails(resource.setrlimit, resource.RLIMIT_NOFILE, (10 ** 6, 10 ** 6)), fails(socket.socket, socket.AF_INET, socket.SOCK_RAW, 1)])
m = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
m.write(b"\xb8\x2a\0\0\0\xc3")
print(ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(m)))())
print(subprocess.run(["sh", "-c", "id -u; exit 4"], capture_output=True))
with multiprocessing.get_context("fork").Pool(2) as p:
    print(p.map(abs, range(-5, 5)))
signal.signal(signal.SIGUSR1, lambda *a: print("signal", a[0]))
os.kill(os.getpid(), signal.SIGUSR1)
X
perl -e 'print join(",", map { $_ ** 2 } 1 .. 20), " $< $>\n"; $SIG{ALRM} = sub { print "alarm\n" }; alarm 1; sleep 5;'
printf '#include <stdio.h>\nint main(void) { puts("compiled"); return 3; }\n' >a.c
command -v gcc >/dev/null && { try gcc -o a a.c; try ./a; }

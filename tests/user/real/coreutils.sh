# Most of the coreutils, each once.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/lib.sh"
need factor shuf stdbuf
seq 30 >n; mkdir -p d/e; echo hello world >d/e/f
arch; base32 n | head -1; base64 n | tail -1; basename /a/b.c .c; b2sum n; cat -A d/e/f; chmod 640 n; stat -c '%a %s %F' n
cksum n; comm <(seq 3) <(seq 2 4); cp -r d d2; csplit -s n 10 20; wc -l xx*; cut -c1 n | uniq -c; date -u -d @0 +%F
dd if=n bs=7 count=3 skip=1 status=none; df . >/dev/null; dir d; dircolors >/dev/null; dirname /a/b; du -a --apparent-size d | wc -l
echo x | tee t; env -i A=1 env; expand -t4 <<<$'a\tb'; expr 6 \* 7; factor 1234567890 18446744073709551557; false; echo $?
fmt -w 20 <<<'some words that are to be filled into short lines'; fold -w5 d/e/f; groups >/dev/null; head -c5 n; id -u; install -m 700 n i
join <(seq 3) <(seq 2 4); link n l; ln -s n sl; logname 2>/dev/null; ls -l --time-style=+ n sl; md5sum n; mkfifo p; mknod q p; mktemp -u XXX | wc -c
mv i j; nice -n 1 nice; nl n | tail -1; nohup true 2>/dev/null; nproc --all; numfmt --to=iec 123456789; od -c n | head -2; paste -sd+ n
pathchk /a; pr -l 20 -t n | head -2; printenv HOME | wc -w; printf '%05.2f|%x|%s\n' 3.14159 255 a; ptx <<<'a b c' | wc -l; pwd -P | wc -w
readlink sl; realpath sl | sed 's,.*/,,'; rm j; rmdir d2/e 2>/dev/null; echo $?; runcon 2>/dev/null; seq -s, 1 .5 3; sha1sum n; sha224sum n; sha256sum n; sha384sum n; sha512sum n
shred -u t; shuf -i 1-5 --random-source=n; sleep 0.01; sort -rn n | head -1; sort -R --random-source=n n | md5sum; split -n 3 n; cat x?? | cmp - n
stdbuf -oL echo buffered; stty 2>/dev/null; sum n; sync n; tac n | head -1; tail -n +29 n; test -f n && [ -d d ] && echo both; timeout 5 true; touch -d @0 n; stat -c %Y n
tr a-z A-Z <d/e/f; true; truncate -s 100 n; tsort <<<'a b b c'; tty; uname -sm; unexpand -a <<<'        x'; uniq -d <<<$'a\na'; unlink l; uptime >/dev/null; users >/dev/null
vdir d | tail -1 | wc -w; wc n; who >/dev/null; whoami; yes | head -2; echo "end $?"

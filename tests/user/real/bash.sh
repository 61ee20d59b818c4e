# The shell: jobs, pipes, traps, limits, and its children's ends.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/lib.sh"
need bash sleep timeout diff
trap 'echo "trap USR1"' USR1
kill -USR1 $$
(exit 3) & wait $!; echo "child $?"
set -m; bash -c 'trap "exit 7" TERM; echo up; while :; do sleep 0.1; done' >up 2>/dev/null &
until [ -s up ]; do sleep 0.1; done; kill %1; wait %1 2>/dev/null; echo "job $?"; set +m
coproc cat; echo hey >&"${COPROC[1]}"; read -r x <&"${COPROC[0]}"; echo "$x"
eval "exec ${COPROC[1]}>&-"; wait
for i in {1..50}; do echo $i; done | while read -r i; do echo $((i * i)); done | tail -1
diff <(seq 5) <(seq 6); [[ abc =~ ^a(.)c$ ]] && echo "${BASH_REMATCH[1]}"; printf '%q\n' 'a b'
mapfile -t a < <(seq 300); echo ${#a[@]}
(ulimit -s 1024; ulimit -s); (ulimit -n 50; ulimit -n)
{ (ulimit -c 0; kill -SEGV $BASHPID); echo "segv $?" >&3; } 3>&1 2>/dev/null
timeout 0.2 sleep 5; echo "timeout $?"
(trap '' TERM; kill $BASHPID; echo alive)
(trap 'echo "exit trap"' EXIT; trap 'echo interrupted; exit 9' INT; kill -INT $BASHPID; sleep 1); echo "int $?"
exec {fd}<<<'a line'; read -r x <&$fd; echo "$x"; exec {fd}<&-
yes | head -1; echo "${PIPESTATUS[@]}"
./missing 2>/dev/null; echo $?; echo x >noexec; ./noexec 2>/dev/null; echo $?
printf '#!/bin/sh\necho "script ${0##*/} $*"\n' >s; chmod +x s; ./s a b; printf '#!%s/s\n' "$PWD" >s2; chmod +x s2; ./s2 c
bash -c 'echo $0 $PPID $$' x | awk '{ print $1, ($2 != $3) }'
(exec -a other bash -c 'echo $0'); readlink /proc/self/exe; cat /proc/self/comm

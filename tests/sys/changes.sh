#!/bin/sh
# changes.sh COUNT ONE OTHER EMULATOR...: the guest of changes.c, whose accelerator becomes OTHER, ONE, OTHER ... COUNT
# times. Ends with status 0 if the guest found nothing wrong. Runs in busybox's shell as well.
# SPDX-License-Identifier: MIT
count=$1 one=$2 other=$3
shift 3
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
trap '' PIPE
mkfifo "$dir/in" "$dir/out"

"$@" -accel "$one" -m 64 -no-reboot -display none -serial "file:$dir/serial" -monitor stdio \
  -device isa-debug-exit,iobase=0xf4,iosize=4 <"$dir/in" >"$dir/out" 2>"$dir/errors" &
pid=$!
exec 3>"$dir/in" 4<"$dir/out"

# await TEXT: reads what the monitor says up to a line that has it.
await() {
  while read -r line <&4; do
    case $line in
    *"$1"*) return 0 ;;
    Error*) echo "$line" ;;
    esac
  done
  echo "the monitor ended while '$1' was awaited"
  return 1
}

n=0
while [ $n -lt "$count" ]; do
  if [ $((n % 2)) = 0 ]; then to=$other; else to=$one; fi
  n=$((n + 1))
  echo "accel $to
info accel" >&3
  await "changed $n times" || { n=failed && break; }
  last=$line
  sleep 0.00$((n % 7))
done
echo nmi >&3
wait $pid
status=$?
cat "$dir/serial" "$dir/errors"
echo "status $status, $last"
[ $status = 1 ] && [ $n = "$count" ] && ! [ -s "$dir/serial" ] # isa-debug-exit: 1 is code 0

#!/bin/sh
# stops.sh EMULATOR...: the guest of clocks.c is stopped three times, for two seconds each; then it looks at its clocks. Status 0
# if it found nothing wrong. Runs in busybox's shell as well.
# SPDX-License-Identifier: MIT
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
trap '' PIPE
mkfifo "$dir/in"

"$@" -m 64 -no-reboot -display none -serial "file:$dir/serial" -monitor stdio \
  -device isa-debug-exit,iobase=0xf4,iosize=4 <"$dir/in" >"$dir/out" 2>"$dir/errors" &
pid=$!
exec 3>"$dir/in"
until grep -q ready "$dir/serial" 2>/dev/null; do
  kill -0 $pid 2>/dev/null || break
  sleep 0.1
done
for n in 1 2 3; do
  echo stop >&3
  sleep 2
  echo cont >&3
  sleep 0.$n
done
echo nmi >&3
wait $pid
status=$?
cat "$dir/serial" "$dir/errors"
echo "status $status"
[ $status = 1 ] && ! [ -s "$dir/errors" ] # isa-debug-exit: 1 is code 0

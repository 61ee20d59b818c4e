#!/bin/sh
# linux.sh EMULATOR...: boots Linux under KVM; when it has come to init, the translator takes over, then KVM again. The init of
# suite.py has to end as it should. Runs in busybox's shell as well.
# SPDX-License-Identifier: MIT
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
trap '' PIPE
mkfifo "$dir/in" "$dir/out"
: >"$dir/serial"

"$@" -accel kvm -m 256 -no-reboot -display none -serial "file:$dir/serial" -monitor stdio -append "console=ttyS0 no_timer_check panic=-1 clocksource=kvm-clock" \
  <"$dir/in" >"$dir/out" 2>"$dir/errors" &
pid=$!
exec 3>"$dir/in" 4<"$dir/out"

# await TEXT: until the guest has written it.
await() {
  until grep -q "$1" "$dir/serial"; do
    kill -0 $pid 2>/dev/null || return 1
    sleep 0.2
  done
}
# change TO N: ... and the monitor says that it was the Nth change.
change() {
  echo "accel $1
info accel" >&3
  while read -r line <&4; do
    case $line in
    *"changed $2 times"*) return 0 ;;
    Error*) echo "$line" ;;
    esac
  done
  return 1
}

await "Run /init" && change tcg 1 && await "user space" && change kvm 2 && echo "there and back"
wait $pid
status=$?
cat "$dir/errors"
tail -n 8 "$dir/serial"
echo "status $status"
exit $status

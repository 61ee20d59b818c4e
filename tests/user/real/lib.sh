# What the scripts of real programs share: each runs natively and under mynah-x86_64, with the same output.
# SPDX-License-Identifier: MIT
set -u
export LC_ALL=C TZ=UTC
need() {
  for program; do
    command -v "$program" >/dev/null || { echo "SKIPPED: $program is not installed"; exit 77; }
  done
}
folder=$(mktemp -d /tmp/mynah-real-XXXXXX)
trap 'rm -rf "$folder"' EXIT
export HOME=$folder
cd "$folder"

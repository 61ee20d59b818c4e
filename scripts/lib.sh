# Shared by the scripts: where things are, and installing Debian packages.
# SPDX-License-Identifier: MIT

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${MYNAH_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/mynah}

say() { printf '%s\n' "$*" >&2; }
die() { say "$(basename "$0"): $*"; exit 1; }

# To build; to test besides; to make a guest of Debian's kernel.
packages_build="gcc libc6-dev meson ninja-build pkg-config libglib2.0-dev libcapstone-dev libffi-dev"
packages_test="check python3 libpython3.11-testsuite git universal-ctags clang-format binutils acpica-tools gdb perl sqlite3 xz-utils zstd bzip2 openssl qemu-system-x86"
packages_guest="busybox-static cpio gzip"
packages_cross_arm64="gcc-aarch64-linux-gnu qemu-user libglib2.0-dev:arm64 libcapstone-dev:arm64 libffi-dev:arm64 check:arm64 libc6-dev-arm64-cross"
# The libraries come from the first Debian that has the architecture, see fetch_riscv64_sysroot.
packages_cross_riscv64="gcc-riscv64-linux-gnu qemu-user debootstrap debian-archive-keyring"

is_debian() { [ -r /etc/debian_version ] && command -v apt-get >/dev/null; }
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }
is_installed() { dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q 'install ok installed'; }

# is_there PACKAGE: what Debian's package of that name brings is there, wherever it came from.
is_there() {
  case $1 in
  libc6-dev) echo '#include <stdlib.h>' | cc -E - >/dev/null 2>&1 ;;
  libglib2.0-dev) pkg-config --exists glib-2.0 2>/dev/null ;;
  libcapstone-dev) pkg-config --exists capstone 2>/dev/null ;;
  libffi-dev) pkg-config --exists libffi 2>/dev/null ;;
  check) pkg-config --exists check 2>/dev/null ;;
  ninja-build) command -v ninja >/dev/null || command -v ninja-build >/dev/null ;;
  universal-ctags) command -v ctags >/dev/null ;;
  binutils) command -v as >/dev/null ;;
  acpica-tools) command -v iasl >/dev/null ;;
  busybox-static) command -v busybox >/dev/null ;;
  qemu-system-x86) command -v qemu-system-x86_64 >/dev/null ;;
  *) command -v "$1" >/dev/null ;;
  esac
}

# need PACKAGE...: installs what is missing. Elsewhere than on Debian it says what that is,
# and goes on: the build tells whether it can do without.
need() {
  local missing=() p
  if ! is_debian; then
    for p in "$@"; do is_there "$p" || missing+=("$p"); done
    [ ${#missing[@]} = 0 ] ||
      say "$(basename "$0"): not a Debian system; missing are (by Debian's names): ${missing[*]}"
    return 0
  fi
  for p in "$@"; do is_installed "$p" || missing+=("$p"); done
  [ ${#missing[@]} -gt 0 ] || return 0
  say "installing: ${missing[*]}"
  as_root apt-get update -qq || die "apt-get update failed"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null ||
    die "could not install: ${missing[*]}"
}

# enable_backports: adds Debian's backports to apt, from the mirror that it uses now; false where that cannot be told.
enable_backports() {
  local suite list=/etc/apt/sources.list.d/mynah-backports.sources
  suite=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")-backports
  [ "$suite" != -backports ] || return 1
  if ! apt-cache policy | grep -q "a=[^,]*-backports\|n=$suite"; then
    local mirror
    mirror=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources 2>/dev/null |
      sed -n -E "s/^(deb (\[[^]]*\] )?|URIs: )(https?:[^ ]*\/debian\/?)( .*)?$/\3/p" | head -n 1)
    [ -n "$mirror" ] || return 1
    printf 'Types: deb\nURIs: %s\nSuites: %s\nComponents: main\nSigned-By: %s\n' "$mirror" "$suite" \
      /usr/share/keyrings/debian-archive-keyring.gpg | as_root tee "$list" >/dev/null
    as_root apt-get update -qq >&2 || return 1
  fi
  echo "$suite"
}

# newer PACKAGE: PACKAGE as backports have it; false, with the present one left, where there is none.
newer() {
  local suite
  is_debian && suite=$(enable_backports) || return 1
  say "installing from $suite: $1"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends -t "$suite" "$1" >/dev/null
}

# setup_build DIR [meson options]: configures once, then builds $build_targets, or all.
setup_build() {
  local dir=$1
  shift
  [ -f "$dir/build.ninja" ] || meson setup "$dir" "$top" "$@" >"$top/.meson.log" 2>&1 || {
    cat "$top/.meson.log" >&2
    die "meson setup failed: the lines above name what is missing"
  }
  rm -f "$top/.meson.log"
  ninja -C "$dir" ${build_targets:-} >"$dir/ninja.log" 2>&1 || {
    tail -n 40 "$dir/ninja.log" >&2
    die "the build failed"
  }
}

# fetch_kernel: Debian's amd64 cloud kernel into the cache, by apt; prints vmlinuz's path.
fetch_kernel() {
  local dir=$cache/kernel pkg deb
  if [ ! -f "$dir/vmlinuz" ]; then
    is_debian || die "put an x86_64 Linux kernel (bzImage) at $dir/vmlinuz"
    mkdir -p "$dir"
    [ "$(dpkg --print-architecture)" = amd64 ] || {
      as_root dpkg --add-architecture amd64
    }
    [ -n "$(apt-cache search -n linux-image-cloud-amd64 2>/dev/null)" ] || as_root apt-get update -qq
    pkg=$(apt-cache depends linux-image-cloud-amd64:amd64 | sed -n 's/^ *Depends: \(linux-image-[0-9][^ ]*\).*/\1/p' | head -n 1)
    [ -n "$pkg" ] || die "apt does not know linux-image-cloud-amd64 (run apt-get update)"
    (cd "$dir" && apt-get download -qq "${pkg%:*}:amd64" 2>/dev/null) || die "could not download $pkg"
    deb=$(ls "$dir"/*.deb | head -n 1)
    dpkg-deb -x "$deb" "$dir/root"
    cp "$dir"/root/boot/vmlinuz-* "$dir/vmlinuz.new"
    rm -f "$deb"
    mv "$dir/vmlinuz.new" "$dir/vmlinuz"
  fi
  echo "$dir/vmlinuz"
}

# fetch_riscv64_sysroot: headers and libraries of riscv64 into the cache; prints the folder.
fetch_riscv64_sysroot() {
  local dir=$cache/riscv64 debs deb
  if [ ! -d "$dir/sysroot" ]; then
    rm -rf "$dir" && mkdir -p "$dir/new/usr/lib"
    ln -s usr/lib "$dir/new/lib"
    say "fetching the libraries of riscv64"
    as_root debootstrap --download-only --arch=riscv64 --variant=minbase \
      --include=libc6-dev,libglib2.0-dev,libffi-dev,libcapstone-dev,check trixie "$dir/debs" >"$dir/log" 2>&1 ||
      die "debootstrap failed, see $dir/log"
    debs=$dir/debs/var/cache/apt/archives
    for deb in "$debs"/lib*.deb "$debs"/linux-libc-dev*.deb "$debs"/zlib1g*.deb "$debs"/check_*.deb; do
      dpkg-deb -x "$deb" "$dir/new"
    done
    as_root rm -rf "$dir/debs"
    mv "$dir/new" "$dir/sysroot"
  fi
  echo "$dir/sysroot"
}

# fetch_busybox: a static x86_64 busybox; prints its path.
fetch_busybox() {
  local dir=$cache/busybox
  if [ "$(uname -m)" = x86_64 ] && [ -x /bin/busybox ] && is_installed busybox-static; then
    echo /bin/busybox
    return
  fi
  if [ ! -x "$dir/busybox" ]; then
    is_debian || die "put a static x86_64 busybox at $dir/busybox"
    mkdir -p "$dir"
    (cd "$dir" && apt-get download -qq busybox-static:amd64 2>/dev/null) || die "could not download busybox-static"
    dpkg-deb -x "$dir"/*.deb "$dir/root"
    rm -f "$dir"/*.deb
    cp "$(find "$dir/root" -name busybox -type f | head -n 1)" "$dir/busybox"
  fi
  echo "$dir/busybox"
}

# make_initrd BUSYBOX INIT OUT: a gzipped initramfs of busybox and the script INIT.
make_initrd() {
  local busybox=$1 init=$2 out=$3 dir
  dir=$(mktemp -d)
  mkdir -p "$dir"/{bin,dev,proc,sys,tmp,etc,root}
  cp "$busybox" "$dir/bin/busybox"
  cp "$init" "$dir/init"
  chmod 755 "$dir/init" "$dir/bin/busybox"
  (cd "$dir" && find . | LC_ALL=C sort | cpio -o -H newc -R 0:0 --quiet | gzip -9n) >"$out.new"
  rm -rf "$dir"
  mv "$out.new" "$out"
}

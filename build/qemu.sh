#!/usr/bin/env bash
# Makes the engine that an application carries along from Debian's packages: QEMU for Linux on x86-64 with all that it needs, so that a
# volunteer need not install it. Does nothing when it stands already.
#   build/qemu.sh                 artifacts/qemu/linux-x64: qemu-system-x86_64, qemu-img, lib, manifest.json, LICENCES
#   build/qemu.sh --check         makes it twice and compares the bytes
#   build/qemu.sh --sources DIR   fetches the source packages of everything in it that is not ours
#   build/qemu.sh --output DIR    puts it there
# On Windows build/qemu.ps1, and on macOS build/qemu-macos.sh, gather an installed QEMU in the same form.
source "$(dirname "$0")/lib/common.sh"
source "$repository/build/lib/guest-packages.sh"
source "$repository/build/lib/qemu-parts.sh"

usual=$artifacts/qemu/linux-x64
output=$usual sources='' check=no
while [ $# -gt 0 ]; do
    case $1 in
        --check) check=yes; shift ;;
        --sources) sources=$(realpath -m "${2:?--sources needs a folder}"); shift 2 ;;
        --output) output=$(realpath -m "${2:?--output needs a folder}"); shift 2 ;;
        -h|--help) sed -n '2,8s/^# \{0,1\}//p' "$0"; exit 0 ;;
        *) fail "unknown argument: $1 (see --help)" ;;
    esac
done

mkdir -p "$artifacts/qemu" "$artifacts/guest"
# The guest image's lock: both look at apt's sources from the same folder.
exec 9>"$artifacts/guest/lock"
flock -n 9 || { say "another run is using Debian's packages; waiting for it"; flock -w 3600 9 || fail "another run has held Debian's packages for an hour"; }
rm -rf "$artifacts"/qemu/.vmsandbox-qemu.*
work='' elsewhere=''
trap 'rm -rf ${work:+"$work"} ${elsewhere:+"$elsewhere"}' EXIT

packages=$artifacts/qemu/packages
# shellcheck disable=SC2046
fetch_packages "$packages" $(names_in "$repository/build/qemu/packages")
if [ -n "$sources" ]; then
    fetch_sources "$sources" "$packages"/*.deb
    exit 0
fi

# Only the usual place remembers what it was made of.
stamp=$usual.stamp
inputs=$(engine_hash)
if [ "$check" = no ] && [ "$output" = "$usual" ] && [ -e "$output/manifest.json" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$inputs" ]; then
    say "the engine in $output is up to date"
    exit 0
fi

install_missing dpkg-deb=dpkg readelf=binutils nm=binutils as=binutils ld=binutils
[ "$output" != "$usual" ] || rm -f "$stamp"
make_engine "$output"
if [ "$check" = yes ]; then
    elsewhere=$(mktemp -d)
    make_engine "$elsewhere/engine"
    diff -r "$output" "$elsewhere/engine" || fail "two builds from the same inputs differ"
    say "two builds gave the same bytes"
fi
[ "$output" != "$usual" ] || printf '%s\n' "$inputs" >"$stamp"
say "the engine is in $output"

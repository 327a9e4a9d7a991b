#!/usr/bin/env bash
# Makes the guest image from Debian's packages and the communication daemon. Does nothing when it stands already.
#   build/guest.sh                 artifacts/guest/tiny: vmlinux.br, initrd, base.qcow2.br, manifest.json, LICENCES
#   build/guest.sh --check         makes it twice, the daemon in two folders, and compares the bytes
#   build/guest.sh --sources DIR   fetches the source packages of everything in the image that is not ours
#   build/guest.sh --daemon FILE   takes a daemon that is already built
#   build/guest.sh --output DIR    puts the image there
source "$(dirname "$0")/lib/common.sh"
source "$repository/build/lib/guest-packages.sh"
source "$repository/build/lib/guest-parts.sh"

tiny=$artifacts/guest/tiny
output=$tiny daemon='' sources='' check=no
while [ $# -gt 0 ]; do
    case $1 in
        --check) check=yes; shift ;;
        --sources) sources=$(realpath -m "${2:?--sources needs a folder}"); shift 2 ;;
        --daemon) daemon=$(realpath -e "${2:?--daemon needs a file}") || fail "there is no daemon $2"; shift 2 ;;
        --output) output=$(realpath -m "${2:?--output needs a folder}"); shift 2 ;;
        -h|--help) sed -n '2,7s/^# \{0,1\}//p' "$0"; exit 0 ;;
        *) fail "unknown argument: $1 (see --help)" ;;
    esac
done

mkdir -p "$artifacts/guest"
exec 9>"$artifacts/guest/lock"
flock -n 9 || { say "another run is making the image; waiting for it"; flock -w 3600 9 || fail "another run has held the image for an hour"; }
# What a killed run left behind goes; what this one makes goes with it.
rm -rf "$artifacts"/guest/.vmsandbox-guest.*
work='' elsewhere=''
trap 'rm -rf ${work:+"$work"} ${elsewhere:+"$elsewhere"}' EXIT

packages=$artifacts/guest/packages
fetch_packages "$packages"

if [ -n "$sources" ]; then
    fetch_sources "$packages" "$sources"
    exit 0
fi

need_dotnet
# Only the usual place remembers what it was made of.
stamp=$tiny.stamp
inputs=$(inputs_hash "$daemon")
if [ "$check" = no ] && [ "$output" = "$tiny" ] && [ -e "$output/manifest.json" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$inputs" ]; then
    say "the guest image in $output is up to date"
    exit 0
fi

install_missing mke2fs=e2fsprogs qemu-img=qemu-utils cpio=cpio depmod=kmod xz=xz-utils lz4=lz4 zstd=zstd brotli=brotli fakeroot=fakeroot dpkg-deb=dpkg
given=$daemon
if [ -z "$given" ]; then
    need_linker
    say "building the communication daemon"
    daemon=$(build_daemon "$repository" "$artifacts/guest/daemon")
fi

[ "$output" != "$tiny" ] || rm -f "$stamp"
make_image "$packages" "$daemon" "$output"
if [ "$check" = yes ]; then
    elsewhere=$(mktemp -d)
    if [ -z "$given" ]; then
        say "building the communication daemon once more, from nothing and in another folder"
        daemon=$(build_daemon_elsewhere "$elsewhere")
    fi
    make_image "$packages" "$daemon" "$elsewhere/image"
    diff -r "$output" "$elsewhere/image" || fail "two builds from the same inputs differ"
    say "two builds gave the same bytes"
fi
[ "$output" != "$tiny" ] || printf '%s\n' "$inputs" >"$stamp"
say "the guest image is in $output: $(($(du -cb "$output"/* | tail -1 | cut -f1) / 1000)) kB"

#!/usr/bin/env bash
# Makes the guest image from Debian's packages and the communication daemon.
#   build/guest.sh                 artifacts/guest/tiny: vmlinux.br, initrd, base.qcow2, manifest.json, LICENCES
#   build/guest.sh --check         makes it twice and compares the bytes
#   build/guest.sh --sources DIR   fetches the source packages of everything in the image that is not ours
#   build/guest.sh --daemon FILE   takes a daemon that is already built
#   build/guest.sh --output DIR    puts the image there
source "$(dirname "$0")/lib/common.sh"
source "$repository/build/lib/guest-parts.sh"

output=$artifacts/guest/tiny daemon='' sources='' check=no
while [ $# -gt 0 ]; do
    case $1 in
        --check) check=yes; shift ;;
        --sources) sources=${2:?--sources needs a folder}; shift 2 ;;
        --daemon) daemon=$(realpath "${2:?--daemon needs a file}"); shift 2 ;;
        --output) output=${2:?--output needs a folder}; shift 2 ;;
        -h|--help) sed -n '2,7s/^# \{0,1\}//p' "$0"; exit 0 ;;
        *) fail "unknown argument: $1 (see --help)" ;;
    esac
done

install_missing mke2fs=e2fsprogs qemu-img=qemu-utils cpio=cpio depmod=kmod xz=xz-utils lz4=lz4 zstd=zstd brotli=brotli fakeroot=fakeroot dpkg-deb=dpkg
packages=$artifacts/guest/packages
fetch_packages "$packages"

if [ -n "$sources" ]; then
    fetch_sources "$packages" "$sources"
    exit 0
fi

if [ -z "$daemon" ]; then
    need_dotnet
    install_missing clang=clang /usr/include/zlib.h=zlib1g-dev objcopy=binutils
    say "building the communication daemon"
    daemon=$(build_daemon)
fi

make_image "$packages" "$daemon" "$output"
if [ "$check" = yes ]; then
    again=$artifacts/guest/again
    make_image "$packages" "$daemon" "$again"
    diff -r "$output" "$again" || fail "two builds from the same inputs differ"
    rm -rf "$again"
    say "two builds gave the same bytes"
fi

size=$(du -cb "$output"/* | tail -1 | cut -f1)
say "the guest image is in $output: $((size / 1000)) kB"
[ "$size" -le 20000000 ] || fail "the guest image is larger than 20 MB"

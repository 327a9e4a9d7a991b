#!/usr/bin/env bash
# Makes a guest image from Debian's packages and the communication daemon, or a layer to lay over one. Does nothing when it stands already.
#   build/guest.sh [tiny]          artifacts/guest/tiny: kernel, busybox, glibc and the daemon
#   build/guest.sh debian          artifacts/guest/debian: besides, what ordinary dynamically linked programs and scripts expect
#       --perl, --python           puts Perl or Python into it: artifacts/guest/debian-perl, debian-python, debian-perl-python
#   build/guest.sh debian --with PACKAGE... [--name NAME]
#                                  artifacts/guest/layers/NAME.tar.gz: these packages and what they need beyond the Debian base
#   --check         makes it twice, the daemon in two folders, and compares the bytes
#   --sources DIR   fetches the source packages of everything in it that is not ours
#   --daemon FILE   takes a daemon that is already built
#   --output DIR    puts the image there; of a layer, a file
source "$(dirname "$0")/lib/common.sh"
source "$repository/build/lib/guest-packages.sh"
source "$repository/build/lib/guest-parts.sh"
source "$repository/build/lib/guest-root.sh"
source "$repository/build/lib/guest-layers.sh"

root=tiny daemon='' sources='' check=no output='' layer='' extras=() with=()
while [ $# -gt 0 ]; do
    case $1 in
        tiny|debian) root=$1; shift ;;
        --perl|--python) extras+=("${1#--}"); shift ;;
        --with) shift; while [ $# -gt 0 ] && [[ $1 != -* ]]; do with+=("$1"); shift; done; [ ${#with[@]} -gt 0 ] || fail "--with needs a package" ;;
        --name) layer=${2:?--name needs a name}; shift 2 ;;
        --check) check=yes; shift ;;
        --sources) sources=$(realpath -m "${2:?--sources needs a folder}"); shift 2 ;;
        --daemon) daemon=$(realpath -e "${2:?--daemon needs a file}") || fail "there is no daemon $2"; shift 2 ;;
        --output) output=$(realpath -m "${2:?--output needs a folder}"); shift 2 ;;
        -h|--help) sed -n '2,11s/^# \{0,1\}//p' "$0"; exit 0 ;;
        *) fail "unknown argument: $1 (see --help)" ;;
    esac
done
[ "$root" = debian ] || [ $((${#extras[@]} + ${#with[@]})) = 0 ] || fail "Perl, Python and other packages need the Debian base: build/guest.sh debian ..."
for package in "${with[@]}"; do [[ $package =~ ^[a-z0-9][a-z0-9+.-]+$ ]] || fail "\"$package\" is no name of a package"; done
# Of a layer, which also becomes a file's.
if [ ${#with[@]} -gt 0 ]; then layer=${layer:-${with[0]//+/_}}; fi
[ -z "$layer" ] || [[ $layer =~ ^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$ ]] || fail "\"$layer\" is no name of a layer: 1 to 64 letters, digits, . _ and -, the first a letter or digit"
name=$(printf '%s\n' "$root" "${extras[@]}" | sed '/^$/d' | paste -sd-)
usual=$artifacts/guest/$name
output=${output:-$usual}

mkdir -p "$artifacts/guest"
exec 9>"$artifacts/guest/lock"
flock -n 9 || { say "another run is making the image; waiting for it"; flock -w 3600 9 || fail "another run has held the image for an hour"; }
# What a killed run left behind goes; what this one makes goes with it.
rm -rf "$artifacts"/guest/.vmsandbox-guest.*
work='' elsewhere=''
trap 'rm -rf ${work:+"$work"} ${elsewhere:+"$elsewhere"}' EXIT

# In every image; then what a root of whole packages has besides, each in a folder of its own.
packages=$artifacts/guest/packages
# shellcheck disable=SC2046
fetch_packages "$packages" $(names_in "$repository/build/guest/packages")
folders=("$packages")
if [ "$root" = debian ]; then
    # shellcheck disable=SC2046
    fetch_packages "$packages-debian" $(names_in "$repository/build/guest/debian/packages")
    folders+=("$packages-debian")
    for extra in "${extras[@]}"; do
        fetch_closure "$packages-$extra" "${extra/python/python3}" "${folders[@]}"
        folders+=("$packages-$extra")
    done
fi

if [ ${#with[@]} -gt 0 ]; then
    [ "$output" != "$usual" ] || output=$artifacts/guest/layers/$layer.tar.gz
    ask_for_layer "$layer" "$output"
    exit 0
fi

if [ -n "$sources" ]; then
    mapfile -t files < <(packages_in "${folders[@]}")
    fetch_sources "$sources" "${files[@]}"
    exit 0
fi

need_dotnet
# Only the usual places remember what they were made of.
stamp=$usual.stamp
given=$daemon
inputs=$(inputs_hash "${folders[@]}")
if [ "$check" = no ] && [ "$output" = "$usual" ] && [ -e "$output/manifest.json" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$inputs" ]; then
    say "the guest image in $output is up to date"
    exit 0
fi

install_missing mke2fs=e2fsprogs qemu-img=qemu-utils cpio=cpio depmod=kmod xz=xz-utils lz4=lz4 zstd=zstd brotli=brotli fakeroot=fakeroot dpkg-deb=dpkg objdump=binutils
if [ -z "$given" ]; then daemon=$(need_daemon "$artifacts/guest/daemon"); fi

[ "$output" != "$usual" ] || rm -f "$stamp"
make_image "$root" "$name" "$daemon" "$output" "${folders[@]}"
if [ "$check" = yes ]; then
    elsewhere=$(mktemp -d)
    if [ -z "$given" ]; then
        say "building the communication daemon once more, from nothing and in another folder"
        daemon=$(build_daemon_elsewhere "$elsewhere")
    fi
    make_image "$root" "$name" "$daemon" "$elsewhere/image" "${folders[@]}"
    diff -r "$output" "$elsewhere/image" || fail "two builds from the same inputs differ"
    say "two builds gave the same bytes"
fi
[ "$output" != "$usual" ] || printf '%s\n' "$inputs" >"$stamp"
say "the guest image is in $output: $(($(du -cb "$output"/* | tail -1 | cut -f1) / 1000)) kB"

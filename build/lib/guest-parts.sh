# The steps of guest.sh: daemon, kernel, initial RAM disk, root disk, manifest. What is in the root stands in guest-root.sh. Sourced, never run.
# shellcheck shell=bash disable=SC2154

# Nothing in the image carries the time at which it was made: two builds give the same bytes.
export SOURCE_DATE_EPOCH=1700000000 E2FSPROGS_FAKE_TIME=1700000000
# Bytes that an image may have. Declared where it is sourced within a function, too.
declare -gA image_limit=([tiny]=20000000 [debian]=60000000)
# How hard the root disk is packed: for the larger one the last 4 % would take half a minute more.
declare -gA root_quality=([tiny]=9 [debian]=7)
daemon_sources='src/DesktopGrid.VmSandbox.Contracts src/DesktopGrid.VmSandbox.GuestDaemon Directory.*.props global.json'
# What only emulation wants (mitigations=off norandmaps) the library adds.
kernel_line='console=ttyS0 quiet panic=1 no_timer_check tsc=reliable cryptomgr.notests edd=off usbcore.nousb 8250.nr_uarts=1 cgroup_disable=memory psi=0'

# inputs_hash PACKAGES...: of all that decides the image's bytes; an image with the same one need not be made again.
inputs_hash() {
    (
        cd "$repository"
        # shellcheck disable=SC2086
        find build/guest build/guest.sh build/lib/common.sh build/lib/guest-*.sh $daemon_sources LICENSE \
            \( -name bin -o -name obj \) -prune -o -type f -print0 | sort -z | xargs -0 sha256sum
        cat "${@/%//complete}"
        cat "${@/%//without-source}" 2>/dev/null || true
        if [ -n "$given" ]; then sha256sum <"$given"; else dotnet --version; fi
    ) | sha256sum | cut -d' ' -f1
}

# unpack_libc DIR: what the daemon is linked with. Not this machine's: the image names the version, and its source can be fetched.
unpack_libc() {
    rm -rf "$1"
    mkdir -p "$1"
    dpkg-deb --fsys-tarfile "$packages"/libc6-dev_*.deb | tar -x -C "$1" --strip-components=4 --wildcards './usr/lib/x86_64-linux-gnu/*.[ao]'
    # By this name it is a linker's script, which leads back to this machine's.
    mv -f "$1"/libm-*.a "$1/libm.a"
}

# daemon_hash: of all that decides the daemon's bytes.
daemon_hash() {
    (
        cd "$repository"
        # shellcheck disable=SC2086
        find $daemon_sources \( -name bin -o -name obj \) -prune -o -type f -print0 | sort -z | xargs -0 sha256sum
        basename "$packages"/libc6-dev_*.deb
        dotnet --version
    ) | sha256sum | cut -d' ' -f1
}

# need_daemon DIR: prints the daemon's file, built unless it is there: all images have the same one.
need_daemon() {
    local stamp=$1.stamp
    if [ "$(cat "$stamp" 2>/dev/null)" != "$(daemon_hash)" ] || [ ! -e "$1/vmsandboxd" ]; then
        rm -f "$stamp"
        need_linker
        say "building the communication daemon"
        build_daemon "$repository" "$1" >/dev/null
        daemon_hash >"$stamp"
    fi
    printf '%s\n' "$1/vmsandboxd"
}

# build_daemon SOURCES TARGET: prints the daemon's file.
build_daemon() {
    unpack_libc "$2-libc"
    bounded 1200 dotnet publish "$1/src/DesktopGrid.VmSandbox.GuestDaemon" -c Release -r linux-x64 -o "$2" -p:GlibcFolder="$2-libc" -v quiet --nologo >&2 || fail "the communication daemon does not build"
    printf '%s\n' "$2/vmsandboxd"
}

# build_daemon_elsewhere DIR: once more from nothing, in another folder.
build_daemon_elsewhere() {
    mkdir -p "$1/tree"
    tar -C "$repository" --exclude=./.git --exclude=./artifacts --exclude=bin --exclude=obj -cf - . | tar -C "$1/tree" -xf -
    build_daemon "$1/tree" "$1/daemon"
}

# make_image ROOT NAME DAEMON OUTPUT PACKAGES...: in a folder beside the output, which takes its place when it is whole. The first folder of
# packages is that of every image; of others, which only a root of whole packages has, what is unpacked here are the licences.
make_image() {
    local root=$1 name=$2 daemon=$3 output=$4 file size; shift 4
    demand_ours "$output" "guest image"
    mkdir -p "$(dirname "$output")"
    work=$(mktemp -d "$(dirname "$output")/.vmsandbox-guest.XXXXXX")
    say "making the guest image $name"
    for file in "$1"/*.deb; do dpkg-deb -x "$file" "$work/debian"; done
    packages_in "${@:2}" | while read -r file; do dpkg-deb --fsys-tarfile "$file" | tar -x -C "$work/debian" ./usr/share/doc; done
    mkdir "$work/out"
    unpack_kernel "$work"
    # fakeroot: the files inside belong to root, whoever builds.
    fakeroot bash -c 'source "$1/build/lib/common.sh"; source "$1/build/lib/guest-packages.sh"; source "$1/build/lib/guest-parts.sh"; source "$1/build/lib/guest-root.sh"; make_initrd "$2"; make_root "${@:2}"' make "$repository" "$work" "$daemon" "$root" "$@"
    write_licences "$work" "$@"
    write_manifest "$work" "$name" "${@/%//complete}"
    weigh "$work" "$@"
    size=$(du -cb "$work"/out/* | tail -1 | cut -f1)
    [ "$size" -le "${image_limit[$root]}" ] || fail "the guest image has $size bytes; the limit is ${image_limit[$root]}"
    chmod -R u=rwX,go=rX "$work/out"
    if [ -e "$output" ]; then mv "$output" "$work/old"; fi
    mv "$work/out" "$output"
    rm -rf "$work"
}

# weigh WORK PACKAGES...: tells what each part of the image weighs, and for a root of whole packages what each of them does: its files packed by
# themselves, and unpacked.
weigh() {
    local work=$1 part file; shift
    for part in "$work"/out/*; do say "$(printf '%9d kB  %s' $(($(size_of "$part") / 1000)) "$(basename "$part")")"; done
    [ $# -gt 1 ] || return 0
    whole_packages "$@" | while read -r file; do
        rm -rf "$work/weighed"
        unpack_tree "$work/weighed" "$file"
        printf '%9d kB of %6d kB  %s\n' $(($(tar -c -C "$work/weighed" . | brotli --quality=5 --lgwin=24 --stdout | wc -c) / 1000)) $(($(du -sb --apparent-size "$work/weighed" | cut -f1) / 1000)) "$(dpkg-deb -f "$file" Package)"
    done | sort -rn | while read -r file; do say "    $file"; done
    rm -rf "$work/weighed"
}

# The kernel is given to QEMU uncompressed, which saves a fifth of the boot under emulation. Offsets: Linux, Documentation/x86/boot.rst.
unpack_kernel() {
    local work=$1 image setup offset length
    image=$(echo "$work"/debian/boot/vmlinuz-*)
    setup=$(od -An -tu1 -j $((0x1f1)) -N1 "$image" | tr -d ' ')
    offset=$(od -An -tu4 -j $((0x248)) -N4 "$image" | tr -d ' ')
    length=$(od -An -tu4 -j $((0x24c)) -N4 "$image" | tr -d ' ')
    head -c $(((setup + 1) * 512 + offset + length)) "$image" | tail -c "$length" >"$work/payload"
    case $(od -An -tx1 -N4 "$work/payload" | tr -d " ") in
        02214c18) lz4 -q -d -c "$work/payload" ;;
        fd377a58) xz --decompress --single-stream --stdout "$work/payload" ;;
        28b52ffd) zstd -q -d -c "$work/payload" ;;
    esac >"$work/vmlinux" 2>/dev/null || true # the payload's last four bytes are its length, which the tools call garbage
    [ "$(od -An -tx1 -N4 "$work/vmlinux" | tr -d " ")" = 7f454c46 ] || fail "the kernel cannot be unpacked: its compression is not lz4, xz or zstd"
    [ "$(size_of "$work/vmlinux")" = "$(tail -c 4 "$work/payload" | od -An -tu4 | tr -d " ")" ] || fail "the kernel cannot be unpacked: it is cut short"
    # A higher quality takes up to a hundred seconds for a megabyte less.
    brotli --quality=6 --lgwin=24 --output="$work/out/vmlinux.br" "$work/vmlinux"
}

# module_closure DIR MODULE...: the modules and what they need, in an order in which they load.
module_closure() {
    local folder=$1 name line; shift
    for name; do
        line=$(awk -v n="/$name.ko" 'index($1, n ":") { sub(":", ""); for (i = NF; i >= 1; i--) print $i }' "$folder/modules.dep")
        [ -n "$line" ] && printf '%s\n' "$line" || grep -q "/$name.ko" "$folder/modules.builtin" || { echo "error: the kernel has no module $name" >&2; return 1; }
    done | awk '!seen[$0]++'
}

make_initrd() {
    local work=$1 tree=$1/initrd modules name
    modules=$(echo "$work"/debian/lib/modules/*)
    depmod -b "$work/debian" "$(basename "$modules")"
    mkdir -p "$tree"/{bin,dev,proc,sys,root,modules}
    cp "$work/debian/bin/busybox" "$tree/bin/busybox"
    for name in sh blockdev mount reboot insmod usleep switch_root; do ln -s busybox "$tree/bin/$name"; done
    cp "$repository/build/guest/init" "$tree/init"
    chmod 0755 "$tree/init"
    # shellcheck disable=SC2046
    module_closure "$modules" $(sed 's/#.*//' "$repository/build/guest/modules") | while read -r name; do
        cp "$modules/$name" "$tree/modules/"
        basename "$name" >>"$tree/modules/order"
    done
    mknod -m 600 "$tree/dev/console" c 5 1
    find "$tree" -exec touch -h -d @"$SOURCE_DATE_EPOCH" {} +
    (cd "$tree" && find . -mindepth 1 | sort | cpio --quiet --reproducible --owner=0:0 -o -H newc) >"$work/out/initrd"
}

licence_of() {
    [ -r "$2" ] || fail "the licence of $1 is missing: there is no $2"
    printf '======== %s ========\n\n' "$1"
    cat "$2"
    printf '\n'
}

# write_licences WORK FOLDER...
write_licences() {
    local file
    {
        cat <<'TEXT'
What the guest image is made of, each with its licence below: the communication daemon vmsandboxd, which holds parts of .NET and of glibc
(libc6-dev), and the Debian packages that manifest.json lists with their versions. build/guest.sh makes the image anew, also of changed sources.

TEXT
        tell_sources build/guest.sh "${@:2}"
        printf '\n'
        licence_of vmsandboxd "$repository/LICENSE"
        # Native AOT puts the runtime into the daemon; its licence asks to be named.
        licence_of .NET "$dotnet_root/LICENSE.txt"
        licence_of "Third parties within .NET" "$dotnet_root/ThirdPartyNotices.txt"
        for file in "$1"/debian/usr/share/doc/*; do
            if [ -L "$file" ]; then printf '======== %s ========\n\nSee %s.\n\n' "$(basename "$file")" "$(readlink "$file")"; fi
            [ -L "$file" ] || licence_of "$(basename "$file")" "$file/copyright"
        done
    } >"$1/out/LICENCES"
}

hash_of() { sha256sum "$1" | cut -d' ' -f1; }
size_of() { stat -c %s "$1"; }

# write_manifest WORK NAME LIST...
write_manifest() {
    local work=$1 out=$1/out name=$2 package list=''; shift 2
    while read -r package; do list+="${list:+, }\"$package\""; done < <(sort -u "$@")
    cat >"$out/manifest.json" <<JSON
{
  "format": 1,
  "name": "$name",
  "protocol": $(sed -n 's/.*const int Current = \([0-9]*\);.*/\1/p' "$repository/src/DesktopGrid.VmSandbox.Contracts/ProtocolVersion.cs"),
  "architecture": "x86_64",
  "kernelRelease": "$(basename "$(echo "$work"/debian/lib/modules/*)")",
  "kernelCommandLine": "$kernel_line",
  "minimumMemoryMiB": 96,
  "files": {
    "kernel": { "name": "vmlinux.br", "sha256": "$(hash_of "$out/vmlinux.br")", "length": $(size_of "$out/vmlinux.br"), "uncompressedLength": $(size_of "$work/vmlinux"), "uncompressedSha256": "$(hash_of "$work/vmlinux")" },
    "initrd": { "name": "initrd", "sha256": "$(hash_of "$out/initrd")", "length": $(size_of "$out/initrd") },
    "base": { "name": "base.qcow2.br", "sha256": "$(hash_of "$out/base.qcow2.br")", "length": $(size_of "$out/base.qcow2.br"), "uncompressedLength": $(size_of "$work/base.qcow2"), "uncompressedSha256": "$(hash_of "$work/base.qcow2")", "format": "qcow2", "virtualSize": 8589934592 }
  },
  "packages": [$list]
}
JSON
}

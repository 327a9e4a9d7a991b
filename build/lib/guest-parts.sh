# The steps of guest.sh: daemon, kernel, initial RAM disk, root disk, manifest. Sourced, never run.
# shellcheck shell=bash disable=SC2154

# Nothing in the image carries the time at which it was made: two builds give the same bytes.
export SOURCE_DATE_EPOCH=1700000000 E2FSPROGS_FAKE_TIME=1700000000
image_limit=20000000
# What only emulation wants (mitigations=off norandmaps) the library adds.
kernel_line='console=ttyS0 quiet panic=1 no_timer_check tsc=reliable cryptomgr.notests edd=off usbcore.nousb 8250.nr_uarts=1 cgroup_disable=memory psi=0'

# inputs_hash DAEMON: of all that decides the image's bytes; an image with the same one need not be made again.
inputs_hash() {
    (
        cd "$repository"
        find build/guest build/guest.sh build/lib/guest-parts.sh build/lib/guest-packages.sh src/DesktopGrid.VmSandbox.Contracts src/DesktopGrid.VmSandbox.GuestDaemon Directory.*.props LICENSE global.json \
            \( -name bin -o -name obj \) -prune -o -type f -print0 | sort -z | xargs -0 sha256sum
        cat "$packages/complete"
        if [ -n "$1" ]; then sha256sum <"$1"; else dotnet --version; fi
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

# make_image PACKAGES DAEMON OUTPUT: in a folder beside the output, which takes its place when it is whole.
make_image() {
    local packages=$1 daemon=$2 output=$3 file size
    mkdir -p "$(dirname "$output")"
    work=$(mktemp -d "$(dirname "$output")/.vmsandbox-guest.XXXXXX")
    say "making the guest image"
    for file in "$packages"/*.deb; do dpkg-deb -x "$file" "$work/debian"; done
    mkdir "$work/out"
    unpack_kernel "$work"
    # fakeroot: the files inside belong to root, whoever builds.
    fakeroot bash -c 'source "$1/build/lib/common.sh"; source "$1/build/lib/guest-parts.sh"; make_initrd "$2"; make_root "$2" "$3"' make "$repository" "$work" "$daemon"
    write_licences "$work"
    write_manifest "$work" "$packages/complete"
    size=$(du -cb "$work"/out/* | tail -1 | cut -f1)
    [ "$size" -le $image_limit ] || fail "the guest image has $size bytes; the limit is $image_limit"
    chmod -R u=rwX,go=rX "$work/out"
    if [ -e "$output" ]; then mv "$output" "$work/old"; fi
    mv "$work/out" "$output"
    rm -rf "$work"
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

make_root() {
    local work=$1 daemon=$2 tree=$1/root name lib
    mkdir -p "$tree"/{bin,sbin,etc,dev,proc,sys,run,root,usr/bin,usr/sbin,usr/lib,lib64,var/lib/vmsandbox,work,tmp,lib/x86_64-linux-gnu}
    cp "$work/debian/bin/busybox" "$tree/bin/busybox"
    "$work/debian/bin/busybox" --list-full | while read -r name; do
        case $name in bin/*|sbin/*|usr/bin/*|usr/sbin/*) [ -e "$tree/$name" ] || ln -s /bin/busybox "$tree/$name" ;; esac
    done
    for lib in "$work"/debian/lib/x86_64-linux-gnu/*.so.* "$work"/debian/usr/lib/x86_64-linux-gnu/libgcc_s.so.1; do
        if [ -f "$lib" ]; then cp "$lib" "$tree/lib/x86_64-linux-gnu/"; fi
    done
    ln -s ../lib/x86_64-linux-gnu/ld-linux-x86-64.so.2 "$tree/lib64/ld-linux-x86-64.so.2"
    rm -f "$tree"/lib/x86_64-linux-gnu/{libc_malloc_debug,libthread_db}.so.*
    cp "$daemon" "$tree/sbin/vmsandboxd"
    chmod 0755 "$tree/sbin/vmsandboxd"
    for name in msg_to_host boinc; do ln -s /sbin/vmsandboxd "$tree/usr/bin/$name"; done
    printf 'root:x:0:0:root:/root:/bin/sh\ntask:x:1000:1000:task:/work:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/bin/false\n' >"$tree/etc/passwd"
    printf 'root:x:0:\ntask:x:1000:\nnogroup:x:65534:\n' >"$tree/etc/group"
    printf 'passwd: files\ngroup: files\nhosts: files\n' >"$tree/etc/nsswitch.conf"
    printf '127.0.0.1 localhost sandbox\n::1 localhost\n' >"$tree/etc/hosts"
    printf 'sandbox\n' >"$tree/etc/hostname"
    chmod 0700 "$tree/var/lib/vmsandbox" "$tree/root"
    chmod 1777 "$tree/tmp"
    chown 1000:1000 "$tree/work"
    chmod 0700 "$tree/work"
    find "$tree" -exec touch -h -d @"$SOURCE_DATE_EPOCH" {} +
    # No journal (the disk dies with the machine) and no checksums (emulation pays for every one). 8 GiB virtual, a few MB real.
    # One per cent is root's: when the program has filled the disk, its last words are still kept.
    truncate -s 8G "$work/base.raw"
    mke2fs -q -t ext4 -d "$tree" -m 1 -b 4096 -N 262144 -L sandbox -U 6d5f1c4e-0f5e-4b6c-9d0a-5a4d53424f58 \
        -O '^has_journal,^metadata_csum,^resize_inode,^64bit,uninit_bg' -E 'hash_seed=6d5f1c4e-0f5e-4b6c-9d0a-5a4d53424f58,lazy_itable_init=1,nodiscard,root_owner=0:0' "$work/base.raw"
    # mke2fs takes the time of a file's last change of state from the host, and no tool can set that there.
    (cd "$tree" && find . -printf 'set_inode_field "/%P" ctime @'"$SOURCE_DATE_EPOCH\n") >"$work/times"
    debugfs -w -f "$work/times" "$work/base.raw" >/dev/null 2>&1
    # Packed as a whole, not by qcow2's own compression: the store unpacks it once, where QEMU would at every start of a machine.
    qemu-img convert -q -m 1 -f raw -O qcow2 -o cluster_size=65536 "$work/base.raw" "$work/base.qcow2"
    brotli --quality=9 --lgwin=24 --output="$work/out/base.qcow2.br" "$work/base.qcow2"
    rm "$work/base.raw"
}

licence_of() {
    [ -r "$2" ] || fail "the licence of $1 is missing: there is no $2"
    printf '======== %s ========\n\n' "$1"
    cat "$2"
    printf '\n'
}

write_licences() {
    local file
    {
        cat <<'TEXT'
What the guest image is made of, each with its licence below: the communication daemon vmsandboxd, which holds parts of .NET and of glibc
(libc6-dev), and the Debian packages that manifest.json lists with their versions. build/guest.sh --sources DIR fetches the sources of these
versions; build/guest.sh makes the image anew, also of changed ones.

TEXT
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

write_manifest() {
    local work=$1 out=$1/out package list=''
    while read -r package; do list+="${list:+, }\"$package\""; done <"$2"
    cat >"$out/manifest.json" <<JSON
{
  "format": 1,
  "name": "tiny",
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

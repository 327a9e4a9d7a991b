# The steps of guest.sh: packages, daemon, kernel, initial RAM disk, root disk, manifest. Sourced, never run.
# shellcheck shell=bash disable=SC2154

# Nothing in the image carries the time at which it was made: two builds give the same bytes.
export SOURCE_DATE_EPOCH=1700000000 E2FSPROGS_FAKE_TIME=1700000000
kernel_line='console=ttyS0 quiet panic=1 mitigations=off no_timer_check tsc=reliable cryptomgr.notests edd=off usbcore.nousb 8250.nr_uarts=1 cgroup_disable=memory'

package_names() { sed -e 's/#.*//' "$repository/build/guest/packages" | awk 'NF { print $1 }'; }

# fetch_packages DIR: the newest version that this machine's Debian offers, the kernel's through the name that follows it.
fetch_packages() {
    local folder=$1 name file
    [ -e "$folder/complete" ] && return
    say "fetching Debian's packages"
    apt-cache show busybox-static >/dev/null 2>&1 || as_root apt-get -qq update >&2
    mkdir -p "$folder"
    for name in $(package_names); do
        if [ "$name" = linux-image-cloud-amd64 ]; then
            name=$(apt-cache depends "$name" | awk '/Depends: linux-image-/ { print $2; exit }')
        fi
        (cd "$folder" && apt-get -qq download "$name" 2>/dev/null) || fail "Debian's package $name cannot be fetched; is there a network, and has apt-get update run?"
    done
    for file in "$folder"/*.deb; do dpkg-deb -f "$file" Package Version | awk '{ printf "%s%s", $2, NR == 1 ? " " : "\n" }'; done | sort >"$folder/complete"
}

# fetch_sources PACKAGES DIR: what the GPL asks for, at the versions in the image.
fetch_sources() {
    local file source
    mkdir -p "$2"
    for file in "$1"/*.deb; do
        source=$(dpkg-deb -W --showformat '${source:Package}=${source:Version}' "$file")
        say "fetching the source of $source"
        (cd "$2" && apt-get -qq source --download-only "$source") || fail "the source $source cannot be fetched; is there a deb-src line in apt's sources?"
    done
}

build_daemon() {
    local target=$artifacts/guest/daemon
    dotnet publish "$repository/src/DesktopGrid.VmSandbox.GuestDaemon" -c Release -r linux-x64 -o "$target" -v quiet --nologo >&2 || fail "the communication daemon does not build"
    printf '%s\n' "$target/vmsandboxd"
}

# make_image PACKAGES DAEMON OUTPUT: into a folder beside the output, which is renamed when it is whole.
make_image() {
    local packages=$1 daemon=$2 output=$3 work file
    work=$(mktemp -d "${TMPDIR:-/tmp}/vmsandbox-guest.XXXXXX")
    say "making the guest image"
    for file in "$packages"/*.deb; do dpkg-deb -x "$file" "$work/debian"; done
    mkdir "$work/out"
    unpack_kernel "$work"
    # fakeroot: the files inside belong to root, whoever builds.
    fakeroot bash -c 'source "$1/build/lib/common.sh"; source "$1/build/lib/guest-parts.sh"; make_initrd "$2"; make_root "$2" "$3"' make "$repository" "$work" "$daemon"
    write_licences "$work"
    write_manifest "$work" "$packages/complete"
    rm -rf "$output"
    mkdir -p "$(dirname "$output")"
    chmod 0755 "$work/out"
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
    # Packing takes a minute, so the packed kernel is kept beside the packages, under the hash of what is in it.
    local kept; kept=$artifacts/guest/packages/vmlinux-$(hash_of "$work/vmlinux").br
    [ -e "$kept" ] || { brotli --quality=11 --lgwin=24 --keep --output="$kept.part" "$work/vmlinux"; mv "$kept.part" "$kept"; }
    cp "$kept" "$work/out/vmlinux.br"
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
    for name in sh mount echo cat reboot insmod usleep switch_root; do ln -s busybox "$tree/bin/$name"; done
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
    ln -s /sbin/vmsandboxd "$tree/usr/bin/msg_to_host"
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
    truncate -s 8G "$work/base.raw"
    mke2fs -q -t ext4 -d "$tree" -m 0 -b 4096 -N 262144 -L sandbox -U 6d5f1c4e-0f5e-4b6c-9d0a-5a4d53424f58 \
        -O '^has_journal,^metadata_csum,^resize_inode,^64bit,uninit_bg' -E 'hash_seed=6d5f1c4e-0f5e-4b6c-9d0a-5a4d53424f58,lazy_itable_init=1,nodiscard,root_owner=0:0' "$work/base.raw"
    qemu-img convert -q -c -m 1 -f raw -O qcow2 -o cluster_size=65536,compression_type=zlib "$work/base.raw" "$work/out/base.qcow2"
    rm "$work/base.raw"
}

write_licences() {
    local file
    for file in "$1"/debian/usr/share/doc/*/copyright; do
        printf '======== %s ========\n\n' "$(basename "$(dirname "$file")")"
        cat "$file"
        printf '\n'
    done >"$1/out/LICENCES"
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
    "base": { "name": "base.qcow2", "sha256": "$(hash_of "$out/base.qcow2")", "length": $(size_of "$out/base.qcow2"), "format": "qcow2", "virtualSize": 8589934592 }
  },
  "packages": [$list]
}
JSON
}

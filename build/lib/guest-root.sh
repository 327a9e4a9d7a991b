# What is in the root disk: a few files (tiny), or whole packages (debian). Sourced, never run.
# shellcheck shell=bash disable=SC2154

# Of a package that is unpacked whole: what only people read or the package manager runs.
unread=(--exclude=./usr/share/{man,info,locale,lintian,bug,doc-base,menu,bash-completion,zsh,initramfs-tools,gdb} --exclude='./usr/share/doc/*/'{changelog,NEWS}'*' --exclude=./etc/{init.d,cron.*,logrotate.d,apt,kernel} --exclude=./usr/lib/systemd --exclude=./lib/systemd --exclude=./lib/udev)

# make_root WORK DAEMON ROOT PACKAGES...
make_root() {
    local work=$1 daemon=$2 root=$3 tree=$1/root; shift 3
    case $root in
        tiny) fill_tiny "$work" "$tree" ;;
        debian) fill_debian "$tree" "$@" ;;
    esac
    add_daemon "$tree" "$daemon"
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

# fill_tiny WORK TREE: busybox and glibc.
fill_tiny() {
    local work=$1 tree=$2 lib
    mkdir -p "$tree"/{bin,sbin,etc,dev,proc,sys,run,root,usr/bin,usr/sbin,usr/lib,lib64,var/lib/vmsandbox,work,tmp,lib/x86_64-linux-gnu}
    cp "$work/debian/bin/busybox" "$tree/bin/busybox"
    link_busybox "$tree"
    for lib in "$work"/debian/lib/x86_64-linux-gnu/*.so.* "$work"/debian/usr/lib/x86_64-linux-gnu/libgcc_s.so.1; do
        if [ -f "$lib" ]; then cp "$lib" "$tree/lib/x86_64-linux-gnu/"; fi
    done
    ln -s ../lib/x86_64-linux-gnu/ld-linux-x86-64.so.2 "$tree/lib64/ld-linux-x86-64.so.2"
    rm -f "$tree"/lib/x86_64-linux-gnu/{libc_malloc_debug,libthread_db}.so.*
}

# fill_debian TREE PACKAGES...: Debian's packages with the daemon's busybox behind them, for the tools that no package brings.
fill_debian() {
    local tree=$1 file files=(); shift
    while read -r file; do files+=("$file"); done < <(whole_packages "$@")
    mkdir -p "$tree"/{etc,dev,proc,sys,run,root,var/lib/vmsandbox,work,tmp}
    unpack_tree "$tree" "${files[@]}"
    # The image's licences stand in one file beside it.
    rm -rf "$tree"/usr/share/{doc,common-licenses} "$tree"/{boot,home,etc/dpkg,etc/skel,etc/alternatives}
    # What a program leaves there goes with what it leaves in /tmp.
    rm -rf "$tree/var/tmp"
    ln -s ../tmp "$tree/var/tmp"
    ln -sf dash "$tree/usr/bin/sh"
    link_alternatives "$tree" "$tree" "${files[@]}"
    link_busybox "$tree"
    cache_libraries "$tree"
    demand_libraries "$tree" "$tree"
    tame "$tree"
}

# link_busybox TREE: a name for each of its tools that is not there.
link_busybox() {
    local tree=$1 name
    "$tree/bin/busybox" --list-full | while read -r name; do
        case $name in bin/*|sbin/*|usr/bin/*|usr/sbin/*) [ -e "$tree/$name" ] || [ -L "$tree/$name" ] || ln -s /bin/busybox "$tree/$name" ;; esac
    done
}

# add_daemon TREE DAEMON: what makes a root ours.
add_daemon() {
    local tree=$1
    cp "$2" "$tree/sbin/vmsandboxd"
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
}

# whole_packages FOLDER...: those that are unpacked whole; the kernel and what the daemon is linked with are not the root's.
whole_packages() {
    local file
    for file in "${@/%//*.deb}"; do printf '%s\n' $file; done | grep -Ev '/(linux-image-|libc6-dev_)' | sort
}

# unpack_tree TREE FILE...: with /bin, /sbin and /lib within /usr, as Debian has them since 12, whatever a package says.
unpack_tree() {
    local tree=$1 name file; shift
    for name in bin sbin lib lib64; do
        mkdir -p "$tree/usr/$name"
        [ -L "$tree/$name" ] || ln -s "usr/$name" "$tree/$name"
    done
    for file; do dpkg-deb --fsys-tarfile "$file" | tar -x -C "$tree" --keep-directory-symlink "${unread[@]}"; done
}

# tame TREE: nobody's but root's, nothing for others to write to, and nothing that gives its user to who runs it.
tame() {
    chown -hR 0:0 "$1"
    chmod -R u-s,g-s,go-w,u+rwX,go+rX "$1"
}

# link_alternatives TREE WITHIN FILE...: the links that packages make when they are installed (awk to mawk), the one of the highest priority
# for each name, where what it leads to is there. What a script works out by itself is left out, with a word.
link_alternatives() {
    local tree=$1 within=$2 file link path; shift 2
    for file; do
        dpkg-deb --ctrl-tarfile "$file" | tar -xO ./postinst 2>/dev/null | sed -e ':a' -e '/\\$/{N; s/\\\n/ /; ba' -e '}' | grep 'update-alternatives.*--install' | sed "s|^|$(dpkg-deb -f "$file" Package) |" || true
    done | awk '
        index($0, "$") { print "an alternative of " $1 " is left out: its script works it out" >"/dev/stderr"; next }
        {
            for (i = 2; i <= NF; i++) {
                if ($i == "--install") { link = $(i + 1); path = $(i + 3); priority = $(i + 4); i += 4; print priority, link, path }
                else if ($i == "--slave") { print priority, $(i + 1), $(i + 3); i += 3 }
            }
        }' | sort -k2,2 -k1,1rn | awk '!seen[$2]++ { print $2, $3 }' | while read -r link path; do
        [ -e "$within$path" ] && [ ! -e "$within$link" ] || continue
        mkdir -p "$tree$(dirname "$link")"
        ln -sf "$path" "$tree$link"
    done
}

# cache_libraries TREE: ld.so's list of them, for those in folders of their own and because a start under emulation pays for each folder that is
# looked through.
cache_libraries() {
    ldconfig -r "$1"
    rm -rf "$1/var/cache/ldconfig"
}

# demand_libraries TREE WITHIN: no program or library in the usual folders of the tree names one that is nowhere there. Where it is found is the
# package's affair: some have folders of their own.
demand_libraries() {
    local tree=$1 within=$2 missing
    missing=$(find "$tree"/usr/{bin,sbin,lib/x86_64-linux-gnu} -maxdepth 1 -type f 2>/dev/null | sort | while read -r file; do
        [ "$(head -c 4 "$file" | od -An -tx1 | tr -d ' ')" != 7f454c46 ] || objdump -p "$file" | awk -v f="${file#"$tree"}" '$1 == "NEEDED" { print $2, f }'
    done | awk 'NR == FNR { there[$1]; next } !($1 in there) { printf "%s (for %s) ", $1, $2 }' <(find "$within/usr" -name '*.so*' -printf '%f\n'; echo) -)
    [ -z "$missing" ] || fail "libraries are missing: $missing"
}

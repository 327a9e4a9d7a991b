# A second build of QEMU beside the installed one, for the tests that a checkpoint survives an update. Sourced, never run.
# shellcheck shell=bash disable=SC2154

# fetch_other_qemu: unpacks another version of Debian's packages into artifacts/qemu-other, where the registry has one. An emulator looks for its modules
# and its firmware in the folder qemu-bundle beside it; the firmware may be the installed one's. What cannot be had is no failure: the tests that
# need it say that they are left out.
fetch_other_qemu() {
    local installed other package target=$artifacts/qemu-other work modules
    command -v apt-cache >/dev/null && command -v dpkg >/dev/null || return 0
    installed=$(dpkg-query -W -f '${Version}' qemu-system-x86 2>/dev/null) || return 0
    other=$(apt-cache madison qemu-system-x86 2>/dev/null | awk -F '|' '{ gsub(/ /, "", $2); print $2 }' | grep -vxF "$installed" | head -1) || true
    if [ -z "$other" ]; then
        say "there is no second version of QEMU to be had"
        return 0
    fi
    if [ "$(cat "$target/version" 2>/dev/null)" = "$other" ]; then return 0; fi
    say "fetching QEMU $other beside $installed"
    rm -rf "$target"
    work=$(mktemp -d /tmp/vmsandbox-qemu.XXXXXX)
    for package in qemu-system-x86 qemu-system-common qemu-utils; do
        if ! (cd "$work" && bounded 300 apt-get -qq -o Acquire::Retries=3 download "$package=$other") >&2 2>/dev/null || ! dpkg -x "$work/$package"_*.deb "$work/root"; then
            say "QEMU $other cannot be fetched"
            rm -rf "$work"
            return 0
        fi
    done
    modules=usr/lib/$(uname -m)-linux-gnu/qemu
    mkdir -p "$target/qemu-bundle/$modules"
    ln -s /usr/share "$target/qemu-bundle/usr/share"
    cp "$work"/root/usr/bin/{qemu-system-x86_64,qemu-img} "$target/"
    cp "$work/root/$modules"/accel-*.so "$target/qemu-bundle/$modules/"
    printf '%s\n' "$other" >"$target/version"
    rm -rf "$work"
}

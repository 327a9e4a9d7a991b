#!/usr/bin/env bash
# Compiles the wrapper for BOINC: one native file without .NET. Does nothing when it stands already.
#   build/boinc.sh             artifacts/boinc/wrapper/vmsandbox-wrapper, for this computer's Linux
#   build/boinc.sh --package   also artifacts/boinc/package: all files of an app version, QEMU and the guest image packed
# On Windows and macOS "dotnet publish src/DesktopGrid.VmSandbox.Boinc.Wrapper -r win-x64" (osx-arm64) does the same there, with libe_sqlite3 beside
# the program; neither has been built or run by us.
source "$(dirname "$0")/lib/common.sh"

output=$artifacts/boinc/wrapper
need_dotnet
need_linker
install_missing /usr/lib/x86_64-linux-gnu/libsqlite3.a=libsqlite3-dev

wrapper() {
    local stamp unfinished=$output.unfinished
    # Whatever it is made of: sources, their settings, the SDK, SQLite.
    stamp=$(cd "$repository" && { cat "$0" Directory.*.props Directory.*.targets global.json; find src/DesktopGrid.VmSandbox{,.Contracts,.Boinc,.Boinc.Wrapper} -type f -not -path '*/obj/*' -not -path '*/bin/*' -print0 | sort -z | xargs -0 cat; dotnet --version; dpkg-query -W libsqlite3-dev; } | sha256sum)
    if [ "$(cat "$output.stamp" 2>/dev/null)" = "$stamp" ]; then
        say "the wrapper in $output is up to date"
        return
    fi

    say "compiling the wrapper"
    rm -rf "$output" "$output.stamp" "$unfinished"
    bounded 1200 dotnet publish "$repository/src/DesktopGrid.VmSandbox.Boinc.Wrapper" -c Release -r linux-x64 -warnaserror -v quiet -nologo -o "$unfinished" >&2 ||
        fail "the wrapper cannot be compiled ahead of time without a warning"
    mkdir -p "$output"
    mv "$unfinished/vmsandbox-wrapper" "$output/"
    rm -rf "$unfinished"
    printf '%s\n' "$stamp" >"$output.stamp"
    say "the wrapper is in $output: $(($(stat -c %s "$output/vmsandbox-wrapper") / 1048576)) MB"
}

# pack NAME FOLDER: the same bytes from the same files.
pack() { tar -C "$2" --sort=name --owner=0 --group=0 --numeric-owner --mtime=@0 -cf - . | gzip -9n >"$artifacts/boinc/package/$1"; }

package() {
    "$repository/build/guest.sh"
    bounded 1800 "$repository/build/qemu.sh"
    mkdir -p "$artifacts/boinc/package"
    cp "$output/vmsandbox-wrapper" "$artifacts/boinc/package/vmsandbox-wrapper_x86_64-pc-linux-gnu"
    pack vmsandbox-qemu_x86_64-pc-linux-gnu.tar.gz "$artifacts/qemu/linux-x64"
    pack vmsandbox-guest-tiny.tar.gz "$artifacts/guest/tiny"
    say "an app version's files are in $artifacts/boinc/package (docs/boinc-project.md says what to do with them)"
}

case ${1:-} in
    '') wrapper ;;
    --package) wrapper; package ;;
    -h|--help) sed -n '2,6s/^# \{0,1\}//p' "$0" ;;
    *) fail "unknown argument: $1 (see --help)" ;;
esac

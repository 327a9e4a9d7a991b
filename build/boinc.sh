#!/usr/bin/env bash
# Compiles the wrapper for BOINC: one native file without .NET. Does nothing when it stands already.
#   build/boinc.sh             artifacts/boinc/wrapper/vmsandbox-wrapper, for this computer's Linux
#   build/boinc.sh --package   also artifacts/boinc/package: all files of an app version, QEMU and the guest image packed
#   build/boinc.sh --app-version DIR APP VERSION PROGRAM [JOB_XML]
#                              also DIR/APP/VERSION/x86_64-pc-linux-gnu: an app version for the project's bin/update_versions, of a Linux program
# Windows and macOS have boinc.ps1 and boinc-macos.sh.
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

# placed FILE NAME: BOINC's files never change, so that a name holds its content's hash; tells the new name.
placed() {
    local name
    name=_$(sha256sum "$1" | cut -c1-12)
    case $2 in
        *.tar.gz) name=${2%.tar.gz}$name.tar.gz ;;
        *.xml) name=${2%.xml}$name.xml ;;
        *) name=$2$name ;;
    esac
    cp "$1" "$folder/$name"
    printf '%s\n' "$name"
}

# file PHYSICAL LOGICAL [MARK]: one file of version.xml.
file() { printf '  <file>\n    <physical_name>%s</physical_name>\n    <logical_name>%s</logical_name>\n%s  </file>\n' "$1" "$2" "${3:+    <$3/>
}"; }

app_version() {
    local app=$2 version=$3 program=$4 job=${5:-} name folder=$1/$2/$3/x86_64-pc-linux-gnu
    [[ $app =~ ^[A-Za-z0-9_-]+$ && $version =~ ^[0-9]+\.[0-9]+$ ]] || fail "an application has a short name, and a version such as 1.0: not $app $version"
    [ -f "$program" ] || fail "there is no program $program"
    [ -z "$job" ] || [ -f "$job" ] || fail "there is no $job"
    [ ! -e "$folder" ] || fail "$folder is there already: a version that was published never changes, so give the next number"
    package
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    mkdir -p "$folder"
    name=$(basename "$program")
    {
        printf '<vmsandbox>\n  <qemu>vmsandbox-qemu.tar.gz</qemu>\n  <guest_image>vmsandbox-guest.tar.gz</guest_image>\n'
        [ -n "$job" ] || printf '  <payload>%s</payload>\n' "$name"
        printf '</vmsandbox>\n'
    } >"$work/options"
    {
        printf '<version>\n'
        file "$(placed "$artifacts/boinc/package/vmsandbox-wrapper_x86_64-pc-linux-gnu" vmsandbox-wrapper)" vmsandbox-wrapper main_program
        file "$(placed "$artifacts/boinc/package/vmsandbox-qemu_x86_64-pc-linux-gnu.tar.gz" vmsandbox-qemu.tar.gz)" vmsandbox-qemu.tar.gz
        file "$(placed "$artifacts/boinc/package/vmsandbox-guest-tiny.tar.gz" vmsandbox-guest.tar.gz)" vmsandbox-guest.tar.gz
        file "$(placed "$work/options" "${app}_${version}_vmsandbox.xml")" vmsandbox.xml
        [ -z "$job" ] || file "$(placed "$job" "${app}_${version}_job.xml")" job.xml
        file "$(placed "$program" "${app}_${version}_$name")" "$name"
        printf '  <is_wrapper/>\n  <api_version>7.20.0</api_version>\n</version>\n'
    } >"$folder/version.xml"
    chmod 0644 "$folder"/*
    chmod 0755 "$folder"/vmsandbox-wrapper_* "$folder/${app}_${version}_$name"_*
    say "the app version is in $folder: sign its files and run the project's bin/update_versions (docs/boinc-project.md)"
}

case ${1:-} in
    '') wrapper ;;
    --package) wrapper; package ;;
    --app-version)
        [ $# -ge 5 ] && [ $# -le 6 ] || fail "--app-version wants a folder, the application's name, its version, the program, and perhaps a job.xml"
        wrapper
        app_version "${@:2}"
        ;;
    -h|--help) sed -n '2,7s/^# \{0,1\}//p' "$0" ;;
    *) fail "unknown argument: $1 (see --help)" ;;
esac

#!/usr/bin/env bash
# Makes the NuGet packages, the guest image's and the engine's among them.
#   build/pack.sh                artifacts/packages: DesktopGrid.VmSandbox, its Contracts and its Boinc (all with symbols), its Guest and its Qemu
#   build/pack.sh --output DIR   puts them there
source "$(dirname "$0")/lib/common.sh"

output=$artifacts/packages
while [ $# -gt 0 ]; do
    case $1 in
        --output) output=$(realpath -m "${2:?--output needs a folder}"); shift 2 ;;
        -h|--help) sed -n '2,4s/^# \{0,1\}//p' "$0"; exit 0 ;;
        *) fail "unknown argument: $1 (see --help)" ;;
    esac
done

need_dotnet
"$repository/build/guest.sh"
"$repository/build/qemu.sh"
# pack NAME [OPTION...]
pack() {
    say "packing $*"
    bounded 900 dotnet pack "$repository/src/$1" -c Release -warnaserror -v quiet -nologo -o "$work/packages" "${@:2}" >&2 || fail "$1 cannot be packed"
}

mkdir -p "$(dirname "$output")"
work=$(mktemp -d "$(dirname "$output")/.vmsandbox-pack.XXXXXX")
trap 'rm -rf "$work"' EXIT
for name in DesktopGrid.VmSandbox.Contracts DesktopGrid.VmSandbox DesktopGrid.VmSandbox.Boinc DesktopGrid.VmSandbox.Guest; do pack "$name"; done
# Those of other systems are there where they were gathered on such a machine and put here.
for engine in "$artifacts"/qemu/*/manifest.json; do pack DesktopGrid.VmSandbox.Qemu "-p:EngineRuntime=$(basename "$(dirname "$engine")")"; done
# Only ours are replaced: the folder may be anybody's.
mkdir -p "$output"
rm -f "$output"/DesktopGrid.VmSandbox*.nupkg "$output"/DesktopGrid.VmSandbox*.snupkg
mv "$work/packages"/* "$output/"
for part in guest qemu; do
    without=$artifacts/$part/packages/without-source
    if [ -e "$without" ]; then say "WARNING: the package of $part holds what could not be fetched as source, and is not to be passed on: $(paste -sd' ' "$without")"; fi
done
say "the packages are in $output:"
(cd "$output" && stat -c '    %n, %s bytes' DesktopGrid.VmSandbox*) >&2

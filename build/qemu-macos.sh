#!/usr/bin/env bash
# Gathers the QEMU that is installed on this Mac in the form of build/qemu.sh, for the package DesktopGrid.VmSandbox.Qemu.osx-arm64.
#   build/qemu-macos.sh [--output DIR]   artifacts/qemu/osx-arm64: qemu-system-x86_64, qemu-img, lib, qemu-bundle, manifest.json, LICENCES
# Needs Homebrew's or MacPorts' QEMU and Apple's command-line tools. Written after the manual pages; it has never been run.
set -euo pipefail
export LC_ALL=C

repository=$(cd "$(dirname "$0")/.." && pwd)
place=$repository/artifacts/qemu/osx-arm64
if [ "${1:-}" = --output ]; then place=${2:?--output needs a folder}; fi
fail() { printf 'error: %s\n' "$*" >&2; exit 1; }
[ ! -e "$place" ] || [ -e "$place/manifest.json" ] || { [ -d "$place" ] && [ -z "$(ls -A "$place")" ]; } || fail "$place is no engine, and is left alone: name a new folder"
# Beside the place, which it takes when it is whole.
mkdir -p "$(dirname "$place")"
work=$(mktemp -d "$(dirname "$place")/.vmsandbox-qemu.XXXXXX")
trap 'rm -rf "$work"' EXIT
output=$work/out

emulator=$(command -v qemu-system-x86_64) || fail "no QEMU is installed: brew install qemu"
bin=$(cd "$(dirname "$(realpath "$emulator")")" && pwd)
prefix=$(cd "$bin/.." && pwd)
# QEMU looks for its firmware at the path that it was built with, first below the folder qemu-bundle beside its program.
share=$output/qemu-bundle$prefix/share/qemu
mkdir -p "$output/lib" "$share"
cp "$bin/qemu-system-x86_64" "$bin/qemu-img" "$output/"
for file in bios-256k.bin kvmvapic.bin linuxboot_dma.bin pvh.bin; do cp "$prefix/share/qemu/$file" "$share/"; done

# named FILE: what it loads and the system does not bring (otool(1)).
named() { otool -L "$1" | awk 'NR > 1 && $1 !~ /^(\/usr\/lib|\/System)\// { print $1 }'; }

# take FILE FOLDER: its libraries beside it, and theirs, by names that are relative to whoever asks.
take() {
    local library name from=$2
    for library in $(named "$1"); do
        name=$(basename "$library")
        install_name_tool -change "$library" "@loader_path/$from$name" "$1" 2>/dev/null
        if [ -e "$output/lib/$name" ]; then continue; fi
        case $library in @rpath/*|@loader_path/*) library=$prefix/lib/$name ;; esac
        cp "$library" "$output/lib/$name" || fail "$1 needs $name, which is not where it says"
        chmod u+w "$output/lib/$name"
        install_name_tool -id "@loader_path/$name" "$output/lib/$name" 2>/dev/null
        take "$output/lib/$name" ""
    done
}
chmod u+w "$output"/qemu-*
for program in "$output"/qemu-system-x86_64 "$output"/qemu-img; do take "$program" lib/; done

# A changed file's signature is void, and hardware virtualization asks for an entitlement.
entitlement=$work/entitlement
printf '<?xml version="1.0" encoding="UTF-8"?>\n<plist version="1.0"><dict><key>com.apple.security.hypervisor</key><true/></dict></plist>\n' >"$entitlement"
codesign --force --sign - "$output"/lib/* "$output/qemu-img"
codesign --force --sign - --entitlements "$entitlement" "$output/qemu-system-x86_64"

# Of the formulas whose files were taken: their licences lie in their folders.
{
    printf 'What this QEMU is made of, as it was installed on the computer that gathered it. Who passes it on must pass on, or offer, the sources of these versions.\n'
    for folder in "$prefix" $(for library in "$output"/lib/*; do find "$(dirname "$prefix")/../opt" -name "$(basename "$library")" -maxdepth 3 2>/dev/null; done | xargs -n1 realpath 2>/dev/null | sed 's|/lib/[^/]*$||' | sort -u); do
        printf '\n======== %s ========\n\n' "$folder"
        cat "$folder"/COPYING* "$folder"/LICEN[CS]E* 2>/dev/null || printf 'No licence lies in its folder; look at its sources.\n'
    done
} >"$output/LICENCES"

version=$("$output/qemu-system-x86_64" --version | sed -n '1s/.*version \([^ ]*\).*/\1/p')
[ -n "$version" ] || fail "the gathered QEMU does not run"
{
    printf '{\n  "format": 1,\n  "runtime": "osx-arm64",\n  "qemu": "%s",\n  "files": {\n' "$version"
    (cd "$output" && find . -type f ! -name manifest.json | sed 's|^\./||' | sort | while read -r file; do
        printf '    "%s": { "sha256": "%s", "length": %s },\n' "$file" "$(shasum -a 256 "$file" | cut -d' ' -f1)" "$(stat -f %z "$file")"
    done) | sed '$s/,$//'
    printf '  },\n  "standIns": [],\n  "packages": []\n}\n'
} >"$output/manifest.json"
rm -rf "$place"
mv "$output" "$place"
printf 'QEMU %s is in %s; build/pack.sh, or "dotnet pack src/DesktopGrid.VmSandbox.Qemu -p:EngineRuntime=osx-arm64", makes its package\n' "$version" "$place"

#!/usr/bin/env bash
# Compiles the wrapper for BOINC on this Mac: one native program, and libe_sqlite3.dylib beside it.
#   build/boinc-macos.sh [--output DIR]   artifacts/boinc/wrapper-osx-arm64: vmsandbox-wrapper, libe_sqlite3.dylib
# Needs the .NET 10 SDK and Apple's command-line tools. Written after the documentation; it has never been run.
set -euo pipefail
export LC_ALL=C

repository=$(cd "$(dirname "$0")/.." && pwd)
place=$repository/artifacts/boinc/wrapper-osx-arm64
if [ "${1:-}" = --output ]; then place=${2:?--output needs a folder}; fi
fail() { printf 'error: %s\n' "$*" >&2; exit 1; }
[ ! -e "$place" ] || [ -e "$place/vmsandbox-wrapper" ] || { [ -d "$place" ] && [ -z "$(ls -A "$place")" ]; } || fail "$place is no wrapper, and is left alone: name a new folder"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

dotnet publish "$repository/src/DesktopGrid.VmSandbox.Boinc.Wrapper" -c Release -r osx-arm64 -warnaserror -v quiet -nologo -o "$work" || fail "the wrapper cannot be compiled ahead of time"
said=$("$work/vmsandbox-wrapper" --version) || fail "the wrapper does not run"
rm -rf "$place"
mkdir -p "$place"
cp "$work/vmsandbox-wrapper" "$work/libe_sqlite3.dylib" "$place/"
printf '%s is in %s\n' "$said" "$place"

# Shared by the scripts of this folder: where things are, how they speak, and how missing tools arrive. Sourced, never run.
# shellcheck shell=bash
set -euo pipefail
export LC_ALL=C.UTF-8 TZ=UTC DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
export DOTNET_SKIP_WORKLOAD_INTEGRITY_CHECK=1
# No server of a build outlives it: one that does keeps a pipe open for which somebody waits.
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0 UseSharedCompilation=false
# An ordinary user's PATH lacks the folders of mke2fs and depmod.
export PATH=$PATH:/usr/sbin:/sbin
umask 022

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
artifacts=$repository/artifacts
solution=$repository/DesktopGrid.VmSandbox.sln

if [ -t 2 ]; then bold=$'\033[1m' plain=$'\033[0m'; else bold='' plain=''; fi
say() { printf '%s==>%s %s\n' "$bold" "$plain" "$*" >&2; }
fail() { printf 'error: %s\n' "$*" >&2; exit 1; }

# demand_ours DIR KIND: whether what stands there may be replaced: what was made before, by its manifest, or nothing. Whatever else it is, is somebody's.
demand_ours() { [ ! -e "$1" ] || [ -e "$1/manifest.json" ] || { [ -d "$1" ] && [ -z "$(ls -A "$1")" ]; } || fail "$1 is no $2, and is left alone: name a new folder"; }

# bounded SECONDS COMMAND...: ends the command and its children after that time, and also when this script is told to end: a shell
# that waits for a command in the foreground would hear it only afterwards, and leave the command behind.
bounded() {
    local child
    timeout --kill-after=30 "$@" </dev/null &
    child=$!
    # shellcheck disable=SC2064
    trap "kill -TERM $child 2>/dev/null; exit 143" TERM INT HUP
    wait "$child"
}

# apt_get VERB...: patient with a second apt that holds the lock.
apt_get() {
    local become=()
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null || fail "this needs root, and there is no sudo: apt-get $*"
        sudo -n true 2>/dev/null || sudo -v
        become=(sudo)
    fi
    bounded 1200 "${become[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=600 -o Acquire::Retries=3 "$@" >&2
}

# install_missing COMMAND=PACKAGE...: installs the Debian packages of those commands that are not there.
install_missing() {
    local pair missing=()
    for pair in "$@"; do
        command -v "${pair%%=*}" >/dev/null 2>&1 || [ -e "${pair%%=*}" ] || case " ${missing[*]} " in
            *" ${pair#*=} "*) ;;
            *) missing+=("${pair#*=}") ;;
        esac
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    command -v apt-get >/dev/null || fail "please install: ${missing[*]} (only Debian's apt-get is known here)"
    say "installing ${missing[*]}"
    apt_get update
    apt_get install -y --no-install-recommends "${missing[@]}" || fail "apt-get could not install: ${missing[*]}"
}

need_dotnet() {
    command -v dotnet >/dev/null || fail "the .NET 10 SDK is missing: install it and put dotnet on the PATH"
    (cd "$repository" && dotnet --version >/dev/null 2>&1) || fail "global.json asks for a newer .NET SDK than this one: $(cd / && dotnet --version 2>&1 | head -1)"
    # Where the SDK really is: the command may be a link or a script.
    dotnet_root=$(cd "$repository" && dotnet --list-sdks | sed -n 's|^[^ ]* \[\(.*\)/sdk\]$|\1|p' | tail -1)
}

# What Native AOT links with; the daemon, and the programs that are published ahead of time.
need_linker() { install_missing clang=clang /usr/include/zlib.h=zlib1g-dev objcopy=binutils; }

need_qemu() { install_missing qemu-system-x86_64=qemu-system-x86 qemu-img=qemu-utils bwrap=bubblewrap setpriv=util-linux; }

# Shared by the scripts of this folder: where things are, how they speak, and how missing tools arrive. Sourced, never run.
# shellcheck shell=bash
set -euo pipefail
export LC_ALL=C.UTF-8 TZ=UTC DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
umask 022

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
artifacts=$repository/artifacts

say() { printf '\033[1m==>\033[0m %s\n' "$*" >&2; }
fail() { printf 'error: %s\n' "$*" >&2; exit 1; }

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"
    elif command -v sudo >/dev/null; then sudo "$@"
    else fail "this needs root, and there is no sudo: $*"; fi
}

# install_missing COMMAND=PACKAGE...: installs the Debian packages of those commands that are not there.
install_missing() {
    local pair missing=()
    for pair in "$@"; do
        command -v "${pair%%=*}" >/dev/null 2>&1 || [ -e "${pair%%=*}" ] || missing+=("${pair#*=}")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    command -v apt-get >/dev/null || fail "please install: ${missing[*]} (only Debian's apt-get is known here)"
    say "installing ${missing[*]}"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq update >&2
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "${missing[@]}" >&2
}

need_dotnet() { command -v dotnet >/dev/null || fail "the .NET 10 SDK is missing: install it and put dotnet on the PATH"; }

need_qemu() {
    install_missing qemu-system-x86_64=qemu-system-x86 qemu-img=qemu-utils bwrap=bubblewrap setpriv=util-linux
}

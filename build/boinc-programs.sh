#!/usr/bin/env bash
# Brings what the end-to-end tests need of BOINC: Debian's client, and the programs that they send through it. Does nothing when they stand already.
#   build/boinc-programs.sh    artifacts/boinc/client: boinc, boinccmd; artifacts/boinc/programs: plain-task and spoken-task (static), api-task with
#                              the libraries that it brings along
source "$(dirname "$0")/lib/common.sh"

sources=$repository/tests/DesktopGrid.VmSandbox.Boinc.EndToEndTests/Programs
output=$artifacts/boinc/programs
client=$artifacts/boinc/client
libraries=/usr/lib/$(uname -m)-linux-gnu
install_missing g++=g++ gcc=gcc /usr/include/boinc/boinc_api.h=libboinc-app-dev "$libraries/libcurl.so.4=libcurl4" "$libraries/libX11.so.6=libx11-6" "$libraries/libXss.so.1=libxss1"

# download DIR: the client's package at the version of its library.
download() { (cd "$1" && bounded 300 apt-get -qq -o APT::Sandbox::User=root -o Acquire::Retries=3 download "boinc-client=$(dpkg-query -W -f '${Version}' libboinc7)") >&2; }

# fetch_client: the package itself would start a service and make a user; its programs are all that is wanted.
fetch_client() {
    local work version
    version=$(dpkg-query -W -f '${Version}' libboinc7)
    if [ "$(cat "$client.stamp" 2>/dev/null)" = "$version" ] && [ -e "$client/boinc" ]; then return; fi
    say "fetching BOINC's client $version"
    work=$(mktemp -d /tmp/vmsandbox-boinc.XXXXXX)
    # The lists of packages may be old, or none.
    download "$work" 2>/dev/null || { apt_get update; download "$work"; } || { rm -rf "$work"; fail "boinc-client $version cannot be fetched"; }
    dpkg -x "$work"/boinc-client_*.deb "$work/root"
    rm -rf "$client"
    mkdir -p "$client"
    cp "$work"/root/usr/bin/{boinc,boinccmd} "$client/"
    rm -rf "$work"
    "$client/boinc" --version >/dev/null || fail "BOINC's client does not run here"
    printf '%s\n' "$version" >"$client.stamp"
}

fetch_client
# Whatever they are made of: sources, compiler, libraries.
stamp=$(cat "$0" "$sources"/* <(g++ --version) <(dpkg-query -W libboinc-app-dev libc6-dev) | sha256sum)
if [ "$(cat "$output.stamp" 2>/dev/null)" = "$stamp" ]; then
    say "the programs in $output are up to date"
    exit 0
fi

say "compiling the programs of BOINC's tests"
rm -rf "$output" "$output.stamp"
mkdir -p "$output"
warnings='-Wall -Wextra -Werror'
# shellcheck disable=SC2086
{
    gcc -O2 $warnings -static -o "$output/plain-task" "$sources/plain-task.c"
    gcc -O2 $warnings -static -o "$output/spoken-task" "$sources/spoken-task.c"
    # Debian's archive libboinc_api.a is empty, so that the program brings shared libraries along, as real projects' do: all but glibc's.
    g++ -O2 $warnings -I/usr/include/boinc -Wl,-rpath,'$ORIGIN' -o "$output/api-task" "$sources/api-task.cpp" -lboinc_api -lboinc -lpthread
}
ldd "$output/api-task" | awk '$3 ~ /lib(boinc|stdc|gcc)/ { print $3 }' | while read -r library; do cp -L "$library" "$output/"; done
[ -e "$output/libboinc_api.so.7" ] || fail "api-task was linked without BOINC's library"
printf '%s\n' "$stamp" >"$output.stamp"
say "the programs are in $output"

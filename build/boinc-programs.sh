#!/usr/bin/env bash
# Compiles the programs that the end-to-end tests send through BOINC's client. Does nothing when they stand already.
#   build/boinc-programs.sh    artifacts/boinc/programs: plain-task and spoken-task (static), api-task with the libraries that it brings along
source "$(dirname "$0")/lib/common.sh"

sources=$repository/tests/DesktopGrid.VmSandbox.Boinc.EndToEndTests/Programs
output=$artifacts/boinc/programs
install_missing g++=g++ gcc=gcc /usr/include/boinc/boinc_api.h=libboinc-app-dev
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

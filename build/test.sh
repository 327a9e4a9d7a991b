#!/usr/bin/env bash
# Sets a Debian machine up, builds, and runs every test as an ordinary user; those that must pass as root as well, also as root.
#   build/test.sh                  the quick tier, at most 25 minutes
#   build/test.sh --all            with the long matrices (category Long)
#   build/test.sh --filter EXPR    only what "dotnet test --filter" would choose by EXPR
# The last line is "N passed, N failed, N skipped", however it ends; a step that fails is one failure. VMSANDBOX_TEST_MINUTES changes the
# bound of 45, and a quick tier that took longer than its 25 minutes is warned of: on a slow machine that is no failure.
source "$(dirname "$0")/lib/common.sh"
source "$repository/build/lib/tester.sh"
source "$repository/build/lib/other-qemu.sh"

# The longest that one test may take before it counts as hung: those of category Long may take half an hour by their own bounds.
quick=25 minutes=${VMSANDBOX_TEST_MINUTES:-45} only='' tier='TestCategory!=Long' hung=6m
while [ $# -gt 0 ]; do
    case $1 in
        --all) tier='' minutes=${VMSANDBOX_TEST_MINUTES:-240} hung=40m; shift ;;
        --filter) only=${2:?--filter needs an expression}; shift 2 ;;
        -h|--help) sed -n '2,7s/^# \{0,1\}//p' "$0"; exit 0 ;;
        *) fail "unknown argument: $1 (see --help)" ;;
    esac
done

passed=0 failed=0 skipped=0 broken=() stage='' beside=''
finish() {
    local code=$?
    trap - EXIT
    # shellcheck disable=SC2086
    [ -z "$beside" ] || kill $beside 2>/dev/null || true
    remove_stage || true
    # A step that ended the script, or a signal, came before anything was counted.
    if [ "$code" != 0 ] && [ "$failed" = 0 ]; then failed=1; fi
    printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
    exit "$code"
}
trap finish EXIT
trap 'exit 143' TERM INT HUP

need_dotnet
need_qemu
need_linker
# A browser for the page of the checkbox.
install_missing chromium=chromium
"$repository/build/guest.sh"
if [ -z "$tier" ]; then
    fetch_other_qemu
    # Real applications, in the guest and on this computer.
    install_missing vina=autodock-vina povray=povray /usr/share/povray-3.7/include/colors.inc=povray-includes
fi
# These download and compress while the solution is built: only the tiny image needs the compiler.
(
    bounded 1800 "$repository/build/guest.sh" debian
    bounded 1800 "$repository/build/guest.sh" debian --with autodock-vina
    if [ -z "$tier" ]; then
        bounded 1800 "$repository/build/guest.sh" debian --with povray povray-includes povray-examples
        bounded 1800 "$repository/build/guest.sh" debian --perl --python
    fi
    bounded 1800 "$repository/build/qemu.sh"
) & beside=$!
say "building"
bounded 1200 dotnet build "$solution" -c Release -warnaserror -v quiet -nologo >&2 || fail "the solution does not build"
wait "$beside" || fail "an image or the engine could not be made"
beside=''
"$repository/build/pack.sh"
say "compiling the library ahead of time"
bounded 1200 dotnet publish "$repository/tests/DesktopGrid.VmSandbox.AotSmoke" -c Release -r linux-x64 -warnaserror -v quiet -nologo -o "$artifacts/aot-smoke" >&2 ||
    fail "the library cannot be compiled ahead of time without a warning"
"$repository/build/boinc-programs.sh"
# shellcheck disable=SC2046
"$repository/build/boinc.sh" $([ -n "$tier" ] || echo --package)
if [ -z "$tier" ]; then
    # As an administrator does it; a test serves what comes of it to a client.
    rm -rf "$artifacts/boinc/published"
    "$repository/build/boinc.sh" --app-version "$artifacts/boinc/published" app 1.0 "$artifacts/boinc/programs/spoken-task"
    "$repository/build/boinc.sh" --app-version "$artifacts/boinc/published" jobapp 1.0 "$artifacts/boinc/programs/plain-task" \
        "$repository/tests/DesktopGrid.VmSandbox.Boinc.EndToEndTests/Programs/published-job.xml"
fi
make_tester
# shellcheck disable=SC2046
make_stage guest/tiny guest/debian guest/layers qemu/linux-x64 packages aot-smoke boinc/client boinc/programs boinc/wrapper $([ ! -d "$artifacts/qemu-other" ] || echo qemu-other) $([ -n "$tier" ] || echo guest/debian-perl-python boinc/package boinc/published)

# both EXPR EXPR: what satisfies each of them; an empty one is satisfied by all.
both() { if [ -n "$1" ] && [ -n "$2" ]; then printf '(%s)&(%s)' "$1" "$2"; else printf '%s' "$1$2"; fi; }

# broke SENTENCE: one failure that is no test's; in a file, since a lane is a process of its own.
broke() { printf '%s\n' "$1" >>"$stage/broken"; }

# run_project USER NAME FILTER [VARIABLE=VALUE...]: one test project, within what is left of the time.
run_project() {
    local user=$1 name=$2 filter=$3 dll=$stage/tree/tests/$2/bin/Release/net10.0/$2.dll left=$((minutes * 60 - SECONDS)) code=0
    local home=$stage/home temporary=$stage/tmp results=$name${part:+.$part}; shift 3
    if [ ! -e "$dll" ]; then broke "$name: it was not built"; return; fi
    if [ "$user" != "$tester" ]; then
        # An attribute's text stands in the assembly as it is: no run for nothing.
        if ! grep -qa AlsoAsRoot "$dll"; then return; fi
        home=$HOME temporary=$stage/root-tmp results=$name.root
    fi
    if [ "$left" -lt 10 ]; then broke "$name: the time of $minutes min was used up before"; return; fi
    say "$name as $user"
    as_user "$user" "$home" "$temporary" "$left" env "$@" dotnet test "$dll" ${filter:+--filter "$filter"} \
        --results-directory "$stage/results" --logger "trx;LogFileName=$results.trx" --logger "console;verbosity=minimal" \
        --blame-hang-timeout "$hung" --blame-hang-dump-type none >&2 || code=$?
    if [ $code = 0 ]; then return; fi
    # Failed tests are counted from the file; a run that ended without one, or was cut off, is a failure of its own.
    if ! grep -q 'outcome="Failed"' "$stage/results/$results.trx" 2>/dev/null || [ $code -ge 124 ]; then broke "$results: ended with code $code"; fi
}

# Three lanes side by side: most of the real guest's tests; all the others with the rest of them; and BOINC's end to end, which mostly wait for the
# client's clock, with what must pass as root as well. What they share are the processors: each has a store of its own for every test, and the second
# and third a folder of their own for their sockets, which is also what a login gives to a user.
long=DesktopGrid.VmSandbox.IntegrationTests boinc=DesktopGrid.VmSandbox.Boinc.EndToEndTests part=''
second_rooms='Applications Disks GuestImages Layers Leaks Packages Qemu Sessions Standing Stores Vms'
of_second=$(printf "|FullyQualifiedName~$long.%s." $second_rooms) of_first=$(printf "&FullyQualifiedName!~$long.%s." $second_rooms)
of_second=${of_second#?} of_first=${of_first#?}
mapfile -t names < <(find "$stage"/tree/tests -mindepth 1 -maxdepth 1 -name '*Tests' -printf '%f\n' | sort)
run_second() {
    local name
    for name in "${names[@]}"; do
        case $name in "$long" | "$boinc") ;; *) run_project "$tester" "$name" "$(both "$tier" "$only")" XDG_RUNTIME_DIR="$stage/run" ;; esac
    done
    part=second run_project "$tester" "$long" "$(both "$of_second" "$(both "$tier" "$only")")" XDG_RUNTIME_DIR="$stage/run"
}
run_third() {
    local name
    run_project "$tester" "$boinc" "$(both "$tier" "$only")" XDG_RUNTIME_DIR="$stage/run3"
    if [ "$(id -u)" != 0 ]; then return; fi
    for name in "${names[@]}"; do run_project root "$name" "$(both "TestCategory=AlsoAsRoot&TestCategory!=Long" "$only")"; done
}

: >"$stage/broken"
# The samples' demonstrations, as somebody who has just cloned this runs them: each compares its results with this computer's own, and fails where they differ.
if [ -z "$tier$only" ]; then
    for demo in "$repository"/samples/*/demo.sh; do
        say "the demonstration of the sample $(basename "$(dirname "$demo")")"
        bounded 2400 "$demo" >&2 || broke "$demo: ended with code $?"
    done
fi
run_second & second=$!
run_third & third=$! beside="$second $third"
run_project "$tester" "$long" "$(both "$of_first" "$(both "$tier" "$only")")"
wait "$second" || broke "the second lane: ended with code $?"
wait "$third" || broke "the third lane: ended with code $?"
beside=''
mapfile -t broken <"$stage/broken"

stray=$(left_behind)
if [ -n "$stray" ]; then broken+=("processes were left behind: $stray"); fi
mkdir -p "$artifacts/test-results"
find "$artifacts/test-results" -name '*.trx' -delete
find "$stage/results" -name '*.trx' -exec cp -t "$artifacts/test-results" {} +

find "$stage/results" -name '*.trx' -exec cat {} + | awk -f "$repository/build/lib/results.awk" >"$stage/summary"
read -r passed failed skipped unexplained <"$stage/summary"
tail -n +2 "$stage/summary"
if [ "$unexplained" -gt 0 ]; then broken+=("$unexplained tests were left out without a reason"); fi
if [ $((passed + failed + ${#broken[@]})) = 0 ]; then broken+=("no test was run"); fi
for what in "${broken[@]}"; do printf 'BROKEN %s\n' "$what"; done
failed=$((failed + ${#broken[@]}))
say "took $((SECONDS / 60)) min $((SECONDS % 60)) s; the results are in $artifacts/test-results"
if [ -n "$tier" ] && [ "$SECONDS" -gt $((quick * 60)) ]; then printf 'WARNING the quick tier took %d min, and may take %d\n' $(((SECONDS + 59) / 60)) "$quick"; fi
[ "$failed" = 0 ]

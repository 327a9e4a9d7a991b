#!/usr/bin/env bash
# Measures the library beside plain QEMU in the same run and prints a table; docs/benchmarks.md says how each number is taken.
#   build/bench.sh                   all numbers
#   build/bench.sh --only NAME...    only these; a name's beginning up to a dot takes all below it (put, start.cold)
#   build/bench.sh --json FILE       also writes them as a JSON list
#   build/bench.sh --quick           a third of the samples
#   build/bench.sh --list            tells the names
source "$(dirname "$0")/lib/common.sh"

case " $* " in *" -h "*|*" --help "*) sed -n '2,7s/^# \{0,1\}//p' "$0"; exit 0 ;; esac

need_dotnet
need_qemu
# The same busybox as in the guest, to run natively what runs there.
install_missing busybox=busybox-static
if [ -z "${VMSANDBOX_GUEST_IMAGE:-}" ]; then
    export VMSANDBOX_GUEST_IMAGE=$artifacts/guest/tiny
    # Also where there is one: it may be of older sources.
    "$repository/build/guest.sh"
    # It is weighed, no more; beside the other.
    case " $* " in
        *" --list "*) ;;
        *" --only "*) case " $* " in *" image"*) "$repository/build/guest.sh" debian ;; esac ;;
        *) "$repository/build/guest.sh" debian ;;
    esac
fi
"$repository/build/qemu.sh"
export VMSANDBOX_CARRIED_QEMU=$artifacts/qemu/linux-x64/qemu-system-x86_64

# Tasks under BOINC's client: only where they are measured.
case " $* " in
    *" --list "*) ;;
    *" --only "*) case " $* " in *" boinc"*) "$repository/build/boinc-programs.sh"; "$repository/build/boinc.sh" ;; esac ;;
    *) "$repository/build/boinc-programs.sh"; "$repository/build/boinc.sh" ;;
esac

say "building"
dotnet build "$repository/tests/DesktopGrid.VmSandbox.Benchmarks" -c Release -v quiet --nologo >&2 || fail "the benchmarks do not build"
exec dotnet "$repository/tests/DesktopGrid.VmSandbox.Benchmarks/bin/Release/net10.0/DesktopGrid.VmSandbox.Benchmarks.dll" "$@"

#!/usr/bin/env bash
# An unchanged package of GenWrapper's in the sandbox: two programs in C, a profile and a shell script that draws a picture with them. The same
# script and binaries then run on this computer, and picture and report must be the same to the byte.
# Installs what is missing. Everything it makes is in artifacts/genwrapper; the picture is artifacts/genwrapper/results/picture.pgm.
source "$(dirname "$0")/../../build/lib/common.sh"

case ${1:-} in
    '') ;;
    -h|--help) sed -n '2,4s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) fail "unknown argument: $1 (there are none)" ;;
esac

need_dotnet
need_qemu
need_linker
install_missing zip=zip
"$repository/build/guest.sh"
sample=$repository/samples/GenWrapper
say "building the sample GenWrapper"
bounded 900 dotnet build "$sample" -c Release -v quiet -nologo >&2 || fail "the sample does not build"

demo=$artifacts/genwrapper application=mandelbrot_1.0_x86_64-pc-linux-gnu
package=$demo/package results=$demo/results native=$demo/native
rm -rf "$demo/bin" "$package" "$native" "$results"/*.*
mkdir -p "$demo/bin" "$package" "$results"
say "making the package, as a project would give it out"
# Static: such a program runs on every Linux, this one and the guest's.
for name in mandelbrot shades; do clang -O2 -ffp-contract=off -static -o "$demo/bin/$name" "$sample/programs/$name.c"; done
(cd "$demo" && zip -q -r "$package/$application.zip" bin)
cp "$sample"/work-unit/* "$package/"
echo 20 >"$demo/stdin"
arguments=(640 480 'the Mandelbrot set')

say "running it in the sandbox"
export VMSANDBOX_GUEST_IMAGE=$artifacts/guest/tiny DOTNET_ROOT=$dotnet_root
bounded 1800 dotnet "$sample/bin/Release/net10.0/GenWrapper.dll" "$package" "$demo/stdin" "$results" picture.pgm,report.txt "${arguments[@]}" || fail "the job in the sandbox failed"

say "running the same script and binaries on this computer"
cp -a "$package" "$native"
cp -a "$demo/bin" "$native/bin"
# In place of BOINC's command.
printf '#!/bin/sh\ncase $1 in resolve_filename) printf %%s "$2" ;; finish) exit "$2" ;; esac\n' >"$native/bin/boinc"
chmod +x "$native/bin/boinc"
(cd "$native" && PATH=$native/bin:$PATH timeout 600 sh -ec '. ./profile.sh; . ./wu_script.sh' sh "${arguments[@]}" <"$demo/stdin" >/dev/null) || fail "the script on this computer failed"

for name in picture.pgm report.txt; do
    cmp "$results/$name" "$native/$name" || fail "$name of the sandbox differs from that of this computer"
    printf '%-12s the same as on this computer, all %d bytes\n' "$name" "$(stat -c %s "$results/$name")"
done

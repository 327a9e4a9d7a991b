#!/usr/bin/env bash
# A real piece of science in the sandbox: Debian's hmmer builds a profile of the globins and searches with it, inside a virtual machine
# without network; the same binaries and script then run on this computer, and the reports must be the same to the byte.
# Installs what is missing. Everything it makes is in artifacts/demo.
source "$(dirname "$0")/lib/common.sh"

case ${1:-} in
    '') ;;
    -h|--help) sed -n '2,4s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) fail "unknown argument: $1 (there are none)" ;;
esac

say "the demo takes three to ten minutes, most of them for the search under emulation"
need_dotnet
need_qemu
install_missing hmmsearch=hmmer hmmbuild=hmmer hmmemit=hmmer ldd=libc-bin
"$repository/build/guest.sh"
say "building the sample GlobinSearch"
sample=$repository/samples/GlobinSearch
bounded 900 dotnet build "$sample" -c Release -v quiet -nologo >&2 || fail "the sample does not build"

demo=$artifacts/demo examples=$artifacts/demo/examples inputs=$artifacts/demo/inputs results=$artifacts/demo/sandbox native=$artifacts/demo/native
rm -rf "$inputs" "$native" "$results"/*.out "$results"/*.hmm
mkdir -p "$inputs/lib" "$inputs/portions" "$results"

# Slim installations leave /usr/share/doc out, and with it the examples: they are taken from the package itself.
if [ ! -e "$examples/complete" ]; then
    say "fetching the globins of Debian's hmmer-examples"
    rm -rf "$examples"
    mkdir -p "$examples"
    apt-cache show hmmer-examples >/dev/null 2>&1 || apt_get update
    (cd "$examples" && { bounded 900 apt-get -qq -o APT::Sandbox::User=root download hmmer-examples >/dev/null 2>&1 || { apt_get update; bounded 900 apt-get -qq download hmmer-examples >&2; }; }) ||
        fail "Debian's package hmmer-examples cannot be fetched; is there a network?"
    dpkg-deb -x "$examples"/*.deb "$examples/tree"
    touch "$examples/complete"
fi
for name in globins4.sto globins45.fa; do
    file=$(find "$examples/tree" -name "$name*" | head -1)
    case $file in
        *.gz) gzip -dc "$file" >"$inputs/$name" ;;
        ?*) cp "$file" "$inputs/$name" ;;
        *) fail "hmmer-examples no longer holds $name" ;;
    esac
done

# The programs, and the libraries that they need beyond glibc, which the guest has.
for name in hmmbuild hmmsearch; do
    cp "$(command -v $name)" "$inputs/$name"
    ldd "$inputs/$name" | awk '/=> \// { print $3 }' | while read -r library; do
        case $(dpkg -S "$(basename "$library")" 2>/dev/null) in *libc6:*|*libgcc-s1:*) ;; *) cp "$library" "$inputs/lib/" ;; esac
    done
done
cp "$sample/search.sh" "$inputs/"

say "generating 5,000 sequences: hmmemit --seed 1, in 20 portions"
hmmbuild -o /dev/null "$demo/model.hmm" "$inputs/globins4.sto"
hmmemit --seed 1 -N 5000 "$demo/model.hmm" >"$demo/generated.fa"
awk -v folder="$inputs/portions" '/^>/ { if (count++ % 250 == 0) file = sprintf("%s/%02d.fa", folder, ++portion) } { print >file }' "$demo/generated.fa"

say "running the search in the sandbox"
export VMSANDBOX_GUEST_IMAGE=$artifacts/guest/tiny DOTNET_ROOT=$dotnet_root
code=0
bounded 2400 dotnet "$sample/bin/Release/net10.0/GlobinSearch.dll" "$inputs" "$results" || code=$?
[ $code = 0 ] || fail "the job in the sandbox ended with code $code"

say "running the same script and binaries on this computer"
cp -a "$inputs" "$native"
LD_LIBRARY_PATH=$native/lib bounded 600 "$native/search.sh" >/dev/null || fail "the search on this computer failed"

# Lines that begin with # tell times and are no result.
echo
for name in globins45.out generated.out; do
    for place in results native; do grep -v '^#' "${!place}/$name" >"$demo/$place.txt" || fail "there is nothing in $name"; done
    cmp "$demo/results.txt" "$demo/native.txt" || fail "$name of the sandbox differs from that of this computer"
    printf '%-15s the same as on this computer, all %d bytes (lines that begin with # aside)\n' "$name" "$(stat -c %s "$demo/results.txt")"
done

#!/bin/sh
# The scientist's own script: a profile from the alignment, then two searches with it. Run by a plain shell, in the folder of its files;
# on a computer without msg_to_host it does the same work and tells nobody how far it is.
set -e
cd "$(dirname "$0")"

report() { if command -v msg_to_host >/dev/null; then msg_to_host fraction_done "$1"; fi; }

echo "building a profile from the alignment"
./hmmbuild -o hmmbuild.out globins4.hmm globins4.sto

echo "searching the globin sequences"
./hmmsearch globins4.hmm globins45.fa >globins45.out

total=$(find portions -type f | wc -l)
echo "searching $total portions of generated sequences"
done=0
for portion in portions/*; do
    ./hmmsearch globins4.hmm "$portion" >>generated.out
    done=$((done + 1))
    percent=$((100 * done / total))
    report "$((percent / 100)).$(printf %02d $((percent % 100)))"
done

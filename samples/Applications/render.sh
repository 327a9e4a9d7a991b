#!/bin/bash
# Renders the scene of the first argument: picture.png. POV-Ray writes how far it is over and over in one line, of which a carriage return ends
# each part; on a computer without msg_to_host nobody is told.
set -eo pipefail
report() { if command -v msg_to_host >/dev/null; then msg_to_host fraction_done "$1"; fi; }

povray +I"$1" +Opicture.png +W320 +H240 +A0.3 +WT1 +FN8 -D 2>&1 >/dev/null | while IFS= read -r -d $'\r' part || [ -n "$part" ]; do
    printf '%s\n' "$part"
    case $part in
        *'Rendered '*'('*'%)'*)
            percent=${part##*\(} percent=${percent%%\%*}
            report "$((percent / 100)).$(printf %02d $((percent % 100)))"
            ;;
    esac
done

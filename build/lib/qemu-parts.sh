# The steps of qemu.sh: programs and libraries, stand-ins, firmware, licences, manifest. Sourced, never run.
# shellcheck shell=bash disable=SC2154

engine_limit=15000000
machine_folder=x86_64-linux-gnu
loader=ld-linux-x86-64.so.2
programs='qemu-system-x86_64 qemu-img'

# engine_hash: of all that decides the engine's bytes, every script that is sourced among it; one with the same hash need not be made again.
engine_hash() {
    (
        cd "$repository"
        find build/qemu build/qemu.sh build/lib/qemu-parts.sh build/lib/guest-packages.sh build/lib/common.sh LICENSE -type f -print0 | sort -z | xargs -0 sha256sum
        cat "$packages/complete"
        cat "$packages/without-source" 2>/dev/null || true
    ) | sha256sum | cut -d' ' -f1
}

# make_engine OUTPUT: in a folder beside the output, which takes its place when it is whole.
make_engine() {
    local output=$1 debian out file size
    demand_ours "$output" engine
    mkdir -p "$(dirname "$output")"
    work=$(mktemp -d "$(dirname "$output")/.vmsandbox-qemu.XXXXXX")
    debian=$work/debian out=$work/out
    say "making the engine"
    for file in "$packages"/*.deb; do dpkg-deb -x "$file" "$debian"; done
    mkdir -p "$out/lib"
    for file in $programs; do
        cp "$debian/usr/bin/$file" "$out/lib/$file"
        cp "$repository/build/qemu/start" "$out/$file"
    done
    for file in $(names_in "$repository/build/qemu/files"); do
        mkdir -p "$out/lib/qemu-bundle/$(dirname "$file")"
        cp "$debian/$file" "$out/lib/qemu-bundle/$file" || fail "Debian's packages have no $file"
    done
    make_stand_ins "$out/lib"
    take_libraries "$debian" "$out"
    write_engine_licences "$debian" "$out/LICENCES"
    find "$out" -type f -exec chmod 0644 {} +
    find "$out" -type d -exec chmod 0755 {} +
    chmod 0755 "$out/lib/$loader"
    for file in $programs; do chmod 0755 "$out/$file"; done
    write_engine_manifest "$out" "$packages/complete"
    size=$(packed_size "$out")
    [ "$size" -le "$engine_limit" ] || fail "the engine has $size bytes when it is packed, and may have $engine_limit"
    say "the engine has $(($(du -cb "$out" | tail -1 | cut -f1) / 1000)) kB, packed $((size / 1000)) kB"
    rm -rf "$output"
    mv "$out" "$output"
    rm -rf "$work"
    work=''
}

# binaries DIR: what is to be loaded, but the loader itself.
binaries() { find "$1" -type f \( -name '*.so' -o -name '*.so.*' -o -path '*/lib/qemu-*' ! -path '*/qemu-bundle/*' \) ! -name "$loader" | sort; }

# make_stand_ins DIR: for each library of the list, one that has the functions by name and version that are asked for, and nothing in them.
make_stand_ins() {
    local name prefix
    binaries "$(dirname "$1")" | xargs nm -D --undefined-only --with-symbol-versions | awk '$1 == "U" || $1 == "w" { print $2 }' | sort -u >"$work/wanted"
    while read -r name prefix; do
        grep "^$prefix" "$work/wanted" | tee "$work/functions" | awk -F @ '{ print ".globl " $1; print ".type " $1 ", @function"; print $1 ":" } END { print "ud2"; print ".section .note.GNU-stack, \"\", @progbits" }' >"$work/stand-in.s"
        # One node for each version; a library without versions has one without a name.
        awk -F @ '{ nodes[$2] = nodes[$2] " " $1 ";" } END { for (v in nodes) print v " { global:" nodes[v] " local: *; };" }' "$work/functions" | sort >"$work/versions"
        as -o "$work/stand-in.o" "$work/stand-in.s" &&
            ld -shared -s --build-id=none -z noexecstack -z max-page-size=4096 -soname "$name" --version-script="$work/versions" -o "$1/$name" "$work/stand-in.o" || fail "the stand-in for $name cannot be made"
    done < <(sed 's/#.*//' "$repository/build/qemu/stand-ins" | awk 'NF { print $1, $2 }')
}

# take_libraries DEBIAN OUT: every library that is named, and those that it names, under the name by which it is asked for.
take_libraries() {
    local debian=$1 out=$2 name file missing=yes
    while [ "$missing" = yes ]; do
        missing=no
        for name in $(binaries "$out" | xargs readelf -d | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | sort -u); do
            if [ -e "$out/lib/$name" ]; then continue; fi
            file=$debian/usr/lib/$machine_folder/$name
            [ -e "$file" ] || file=$debian/lib/$machine_folder/$name
            [ -e "$file" ] || fail "the engine needs $name, which is in none of the packages of build/qemu/packages"
            cp -L "$file" "$out/lib/$name"
            missing=yes
        done
    done
}

# packed_size DIR: each file by itself and by deflate, as a NuGet package holds them.
packed_size() { find "$1" -type f -exec sh -c 'gzip -9 <"$1" | wc -c' sh {} \; | awk '{ sum += $1 } END { print sum }'; }

write_engine_licences() {
    local file
    {
        cat <<'TEXT'
What the carried QEMU is made of, each with its licence below: the Debian packages that manifest.json lists with their versions, and what this
project adds (the two scripts that start a program, and the libraries that manifest.json calls stand-ins). The programs and libraries are
Debian's own, unchanged. build/qemu.sh makes the engine anew, also of changed sources, and each library can be replaced by another one of the
same name.

TEXT
        tell_sources build/qemu.sh "$packages"
        printf '\n'
        printf '======== scripts and stand-ins ========\n\n'
        cat "$repository/LICENSE"
        for file in "$1"/usr/share/doc/*; do
            printf '\n======== %s ========\n\n' "$(basename "$file")"
            if [ -L "$file" ]; then printf 'See %s.\n' "$(readlink "$file")"; else cat "$file/copyright" || fail "the licence of $(basename "$file") is missing"; fi
        done
    } >"$2"
}

# json_list: the lines of the input, as a list of strings.
json_list() { sed 's/.*/"&"/' | paste -sd, | sed 's/,/, /g'; }

write_engine_manifest() {
    local out=$1 file files=''
    while read -r file; do
        files+="${files:+,}
    \"$file\": { \"sha256\": \"$(sha256sum "$out/$file" | cut -d' ' -f1)\", \"length\": $(stat -c %s "$out/$file") }"
    done < <(cd "$out" && find . -type f -printf '%P\n' | sort)
    cat >"$out/manifest.json" <<JSON
{
  "format": 1,
  "runtime": "linux-x64",
  "qemu": "$(sed -n 's/^qemu-system-x86 //p' "$2")",
  "files": {$files
  },
  "standIns": [$(names_in "$repository/build/qemu/stand-ins" | json_list)],
  "packages": [$(json_list <"$2")]
}
JSON
}

# A layer: packages that go on top of the Debian base, as one archive. Sourced, never run.
# shellcheck shell=bash disable=SC2154

# private_status FILE FOLDER...: dpkg's status of a system that has these packages, and those that count as there. Without what they ask for:
# the base is whole as it is.
private_status() {
    local target=$1 file name; shift
    while read -r file; do
        dpkg-deb -f "$file" Package Version Architecture Multi-Arch Provides
        printf 'Status: install ok installed\nMaintainer: none\nDescription: none\n\n'
    done < <(whole_packages "$@") >"$target"
    for name in $(names_in "$repository/build/guest/debian/absent"); do
        apt-cache show "$name" | awk '/^$/ { exit } /^(Package|Version|Architecture|Multi-Arch|Provides):/'
        printf 'Status: install ok installed\nMaintainer: none\nDescription: none\n\n'
    done >>"$target"
}

# closure FOLDER... -- NAME...: the packages that apt would install where these are there: NAME and all that it needs, nothing that it merely
# recommends.
closure() {
    local there=() place
    while [ "$1" != -- ]; do there+=("$1"); shift; done
    shift
    place=$(mktemp -d)
    private_status "$place/status" "${there[@]}"
    if ! apt-get -s -qq -o Dir::State::status="$place/status" -o Dir::State::extended_states="$place/extended" -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= \
        -o APT::Install-Recommends=no -o Debug::NoLocking=yes install "$@" >"$place/said" 2>"$place/errors"; then
        cat "$place/errors" >&2
        rm -rf "$place"
        return 1
    fi
    # "Inst NAME [INSTALLED] (NEW ...": one that is there without what it asks for is another to apt, also in the same version.
    awk '$1 == "Inst" && substr($3, 2, length($3) - 2) != substr($4, 2) { print $2 }' "$place/said" | sort
    rm -rf "$place"
}

# fetch_closure FOLDER NAMES BASE_FOLDER...: fetches what these packages need beyond the base, once for a base.
fetch_closure() {
    local folder=$1 asked=$2 found; shift 2
    asked="$asked on $(cat "${@/%//complete}" "$repository/build/guest/debian/absent" | sha256sum | cut -d' ' -f1)"
    [ -e "$folder/complete" ] && [ "$(cat "$folder/asked" 2>/dev/null)" = "$asked" ] && return
    update_lists
    # shellcheck disable=SC2086
    found=$(closure "$@" -- ${asked% on *}) || fail "Debian's packages do not fit the base: ${asked% on *}"
    [ -n "$found" ] || fail "the base has all of ${asked% on *} already"
    # shellcheck disable=SC2086
    fetch_packages "$folder" $found
    printf '%s\n' "$asked" >"$folder/asked"
}

# ask_for_layer NAME OUTPUT: what the command line asks for; the output is a file.
ask_for_layer() {
    local name=$1 output=$2 folder=$artifacts/guest/layer-packages/$1 stamp inputs
    mkdir -p "$artifacts/guest/layer-packages"
    fetch_closure "$folder" "${with[*]}" "${folders[@]}"
    if [ -n "$sources" ]; then
        fetch_sources "$sources" "$folder"/*.deb
        return
    fi
    [ ! -d "$output" ] || fail "$output is a folder: for a layer --output names a file"
    stamp=$folder/stamp
    inputs=$(cat "$repository"/build/guest.sh "$repository"/build/lib/{common,guest-packages,guest-parts,guest-root,guest-layers}.sh "$folder/complete" "${folders[@]/%//complete}" | sha256sum)
    # Only the usual place remembers what it was made of.
    if [ "$check" = no ] && [ "$output" = "$artifacts/guest/layers/$name.tar.gz" ] && [ -e "$output" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$inputs" ]; then
        say "the layer $output is up to date"
        return
    fi
    install_missing fakeroot=fakeroot dpkg-deb=dpkg objdump=binutils ldconfig=libc-bin
    make_layer "$name" "$folder" "$output" "${folders[@]}"
    if [ "$check" = yes ]; then
        elsewhere=$(mktemp -d)
        make_layer "$name" "$folder" "$elsewhere/layer" "${folders[@]}"
        cmp "$output" "$elsewhere/layer" || fail "two makings of the same packages differ"
        say "two makings gave the same bytes"
    fi
    [ "$output" != "$artifacts/guest/layers/$name.tar.gz" ] || printf '%s\n' "$inputs" >"$stamp"
    say "the layer is $output: $(($(size_of "$output") / 1000)) kB"
}

# make_layer NAME FOLDER OUTPUT BASE_FOLDER...: of the packages in the folder, without those of the base.
make_layer() {
    local name=$1 folder=$2 output=$3; shift 3
    mkdir -p "$(dirname "$output")"
    work=$(mktemp -d "$artifacts/guest/.vmsandbox-guest.XXXXXX")
    say "making the layer $name of $(wc -l <"$folder/complete") packages"
    fakeroot bash -c 'source "$1/build/lib/common.sh"; source "$1/build/lib/guest-packages.sh"; source "$1/build/lib/guest-parts.sh"; source "$1/build/lib/guest-root.sh"; source "$1/build/lib/guest-layers.sh"; pack_layer "${@:2}"' make "$repository" "$work" "$folder" "$@"
    gzip -n -9 <"$work/layer.tar" >"$work/layer.tar.gz"
    chmod 0644 "$work/layer.tar.gz"
    mv "$work/layer.tar.gz" "$output"
    rm -rf "$work"
}

# pack_layer WORK FOLDER BASE_FOLDER...: the tree is unpacked beside the whole that it will be a part of, since links and the cache of libraries
# are made for the whole.
pack_layer() {
    local work=$1 folder=$2 tree=$1/tree whole=$1/whole file files=() base=() name; shift 2
    for file in "$folder"/*.deb; do files+=("$file"); done
    while read -r file; do base+=("$file"); done < <(whole_packages "$@")
    unpack_tree "$tree" "${files[@]}"
    unpack_tree "$whole" "${base[@]}"
    cp -a "$tree/." "$whole/"
    link_alternatives "$tree" "$whole" "${files[@]}"
    cp -a "$tree/." "$whole/"
    cache_libraries "$whole"
    # The usual folders are looked through in any case; a list is needed for others.
    if compgen -G "$tree/etc/ld.so.conf.d/*" >/dev/null; then cp "$whole/etc/ld.so.cache" "$tree/etc/"; fi
    demand_libraries "$tree" "$whole"
    tell_scripts "${files[@]}"
    for name in bin sbin lib lib64; do rm "$tree/$name"; done
    find "$tree" -mindepth 1 -maxdepth 2 -type d -empty -delete
    tame "$tree"
    mkdir -p "$tree/usr/share/vmsandbox/layers"
    cp "$folder/complete" "$tree/usr/share/vmsandbox/layers/$(basename "$folder")"
    tar -c -C "$tree" --format=gnu --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" --no-acls --no-xattrs . >"$work/layer.tar"
}

# tell_scripts FILE...: which packages would have run something of their own when installed, beyond what is done here (links, the cache of
# libraries) or of no use in a guest (users, services, menus, compiled Python).
tell_scripts() {
    local file told=''
    for file; do
        if dpkg-deb --ctrl-tarfile "$file" | tar -xO ./postinst 2>/dev/null | sed '/^# Automatically added/,/^# End automatically/d; /^ *#/d; /^ *$/d; /update-alternatives/d; /^ *set -e/d; /^ *exit 0/d; /^ldconfig/d' | grep -q .; then
            told+=" $(dpkg-deb -f "$file" Package)"
        fi
    done
    [ -z "$told" ] || say "scripts that packages run when they are installed did not run:$told"
}

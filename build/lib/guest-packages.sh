# Debian's packages and their sources, for guest.sh. Sourced, never run.
# shellcheck shell=bash disable=SC2154

# names_in FILE: the first word of each line that is no comment.
names_in() { sed -e 's/#.*//' "$1" | awk 'NF { print $1 }'; }

fetch() { bounded 1800 apt-get -qq -o APT::Sandbox::User=root -o Acquire::Retries=3 "$@" >&2; }

fetch_source() { (cd "$1" && fetch "${view[@]}" source --download-only "${@:2}"); }

# source_view: sets view to the options under which apt sees its own sources with "deb-src" for "deb", in a folder of their own: the
# machine's set-up stays as it is.
source_view() {
    local place=$artifacts/guest/apt file
    rm -rf "$place"
    mkdir -p "$place"/{parts,lists/partial,cache/archives/partial}
    : >"$place/sources.list"
    for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
        if [ -r "$file" ]; then sed -n 's/^ *deb\(-src\)\{0,1\}[ \t]/deb-src /p' "$file" | sort -u >>"$place/sources.list"; fi
    done
    for file in /etc/apt/sources.list.d/*.sources; do
        if [ -r "$file" ]; then sed 's/^Types:.*/Types: deb-src/' "$file" >"$place/parts/$(basename "$file")"; fi
    done
    view=(-o Dir::Etc::SourceList="$place/sources.list" -o Dir::Etc::SourceParts="$place/parts" -o Dir::State::Lists="$place/lists" -o Dir::Cache="$place/cache")
    fetch "${view[@]}" update || say "some of apt's sources do not answer; trying all the same"
}

# sources_of FILE...: source=version of a package, and of what was built into it (the signed kernel's true source stands only there).
sources_of() {
    local file
    for file; do
        dpkg-deb -W --showformat '${source:Package}=${source:Version}\n' "$file"
        dpkg-deb -W --showformat '${Built-Using}\n' "$file" | tr ',' '\n' | sed -n 's/^ *\([^ ]*\) (= *\([^)]*\)) *$/\1=\2/p'
    done | sort -u
}

# versions_of NAME: name=version, the newest first. The kernel's package has its version in the name; the name that stays depends on it.
versions_of() {
    local wanted
    apt-cache madison "$1" | awk -v name="$1" '/Packages$/ && !seen[$3]++ { print name "=" $3 }' | while read -r wanted; do
        case $1 in
            linux-image-cloud-amd64) apt-cache show "$wanted" | sed -n 's/^Depends: \(linux-image-[^ ]*\) (= \([^)]*\)).*/\1=\2/p' ;;
            *) printf '%s\n' "$wanted" ;;
        esac
    done
}

has_source() {
    local source
    for source in $(sources_of "$1"); do fetch_source "$2" --dsc-only "$source" 2>/dev/null || return 1; done
}

# fetch_package NAME DIR: the newest version whose source can be had from the same archive, because who passes the image on must be
# able to give it (some mirrors have the newest binaries alone). Where none has one, the newest, and a word.
fetch_package() {
    local name=$1 folder=$2 wanted newest=''
    for wanted in $(versions_of "$name"); do
        mkdir -p "$folder/try"
        (cd "$folder/try" && fetch download "$wanted") || return 1
        if has_source "$folder"/try/*.deb "$folder/try"; then
            [ -z "$newest" ] || say "taking the older $wanted instead, whose source can be fetched: who passes an image on must be able to give it"
            mv "$folder"/try/*.deb "$folder/"
            rm -rf "$folder/try" "$folder/newest"
            return
        fi
        say "the source of $wanted cannot be fetched here"
        if [ -z "$newest" ]; then newest=$wanted; mv "$folder/try" "$folder/newest"; else rm -rf "$folder/try"; fi
    done
    [ -n "$newest" ] || return 1
    say "taking $newest without its source: this image is not to be passed on"
    printf '%s\n' "$newest" >>"$folder/without-source"
    mv "$folder"/newest/*.deb "$folder/"
    rm -rf "$folder/newest"
}

# licence_holder FILE: the package that has the licence of this one, where it has a link to there in its licence's place.
licence_holder() { dpkg-deb -c "$1" | sed -n 's|.* \./usr/share/doc/[^/]* -> \([^/]*\)$|\1|p'; }

# fetch_packages DIR NAME...: once for a list of packages, and whole or not at all.
fetch_packages() {
    local folder=$1 part=$1.part name file view; shift
    [ -e "$folder/complete" ] && printf '%s\n' "$@" | cmp -s - "$folder/wanted" && return
    say "fetching Debian's packages"
    rm -rf "$folder" "$part"
    mkdir -p "$part/all"
    # Lists that are older than the archive name files that are gone.
    update_lists
    source_view
    # shellcheck disable=SC2046
    (cd "$part/all" && fetch download $(for name; do versions_of "$name" | sed -n 1p; done)) || fail "Debian's packages cannot be fetched ($*); is there a network?"
    take_with_source "$part" "$part"/all/*.deb
    for name in $(for file in "$part"/*.deb; do licence_holder "$file"; done | sort -u); do
        # Unless it is in every image.
        compgen -G "$part/${name}_*.deb" >/dev/null || compgen -G "$packages/${name}_*.deb" >/dev/null || compgen -G "$packages-debian/${name}_*.deb" >/dev/null || fetch_package "$name" "$part" || fail "Debian's package $name cannot be fetched, which holds a licence"
    done
    rm -rf "$artifacts/guest/apt" "$part/all"
    printf '%s\n' "$@" >"$part/wanted"
    for file in "$part"/*.deb; do dpkg-deb -W --showformat '${Package} ${Version}\n' "$file"; done | sort >"$part/complete"
    mv "$part" "$folder"
}

# take_with_source DIR FILE...: moves packages whose sources can be had to the folder, and an older version of another one. One question for all
# of them first: each by itself takes seconds.
take_with_source() {
    local folder=$1 file name; shift
    mkdir -p "$folder/try"
    # shellcheck disable=SC2046
    if fetch_source "$folder/try" --dsc-only $(sources_of "$@") 2>/dev/null; then
        mv "$@" "$folder/"
    else
        for file; do
            name=$(dpkg-deb -f "$file" Package)
            case $name in linux-image-*) name=linux-image-cloud-amd64 ;; esac
            if has_source "$file" "$folder/try"; then mv "$file" "$folder/"; else fetch_package "$name" "$folder" || fail "Debian's package $name cannot be fetched"; fi
        done
    fi
    rm -rf "$folder/try"
}

# update_lists: once in a run.
update_lists() {
    [ -n "${lists_are_new:-}" ] || apt_get update
    lists_are_new=yes
}

# fetch_sources DIR FILE...: what the GPL asks for, at the versions of these packages.
fetch_sources() {
    local source view
    mkdir -p "$1"
    source_view
    for source in $(sources_of "${@:2}"); do
        say "fetching the source $source"
        fetch_source "$1" "$source" || fail "the source $source cannot be fetched from this machine's archive; if it has a newer version by now, remove its package in artifacts/guest and make the image anew"
    done
    rm -rf "$artifacts/guest/apt"
    say "the sources are in $1; those of the communication daemon are this repository"
}

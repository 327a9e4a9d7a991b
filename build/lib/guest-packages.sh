# Debian's packages and their sources, for guest.sh. Sourced, never run.
# shellcheck shell=bash disable=SC2154

# names_in FILE: the first word of each line that is no comment.
names_in() { sed -e 's/#.*//' "$1" | awk 'NF { print $1 }'; }

# packages_in FOLDER...: their files.
packages_in() {
    local folder
    for folder; do printf '%s\n' "$folder"/*.deb; done
}

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

# has_files SOURCE...: whether all files that the descriptions of these sources name can be had. Some mirrors have a description whose archives
# are gone. Each is only asked for: they are hundreds of megabytes.
has_files() {
    local list addresses proxy=()
    list=$(bounded 600 apt-get -qq -o APT::Sandbox::User=root "${view[@]}" source --print-uris --download-only "$@") || return 1
    # Other ways to an archive (a disc, a folder) are its owner's affair.
    addresses=$(printf '%s\n' "$list" | sed -n "s/^'\(https\{0,1\}:[^']*\)'.*/\1/p")
    [ -n "$addresses" ] || return 0
    read -ra proxy < <(apt-config dump --format '%v%n' Acquire::http::Proxy | sed -n 's|^http.*|--proxy &|p')
    printf '%s\n' "$addresses" | sort -u | xargs -P 4 -n 8 "$BASH" -c 'for a; do curl --silent --fail --head --location --retry 3 --max-time 60 --output /dev/null '"${proxy[*]}"' "$a" || exit 1; done' ask
}

# has_source FILE: of a package and of all that was built into it.
has_source() {
    # shellcheck disable=SC2046
    has_files $(sources_of "$1") 2>/dev/null
}

# tell_sources SCRIPT FOLDER...: for LICENCES, where the sources are.
tell_sources() {
    local script=$1 lacking; shift
    printf '%s\n' "$script --sources DIR fetches the sources of these versions from the mirror of Debian's archive that a machine uses, and ends with the" \
        "names of those that the mirror lacks. Debian's own archive has the sources of all that is in it now, and Debian's snapshot service those of every" \
        "version that ever was in it, under the same names and versions."
    lacking=$(cat "${@/%//without-source}" 2>/dev/null | sort -u | paste -sd, | sed 's/,/, /g; s/=/ /g') || true
    [ -z "$lacking" ] || printf '%s\n' "The mirror that this was made from lacked sources of: $lacking. Who passes it on must have them from elsewhere first."
}

# fetch_package NAME DIR: the newest version whose source can be had from the same archive, because who passes the image on must be
# able to give it (some mirrors have the newest binaries alone). Where none has one, the newest, and a word.
fetch_package() {
    local name=$1 folder=$2 wanted newest=''
    for wanted in $(versions_of "$name"); do
        mkdir -p "$folder/try"
        (cd "$folder/try" && fetch download "$wanted") || return 1
        if has_source "$folder"/try/*.deb; then
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

asked_for='# with every file of their sources asked for'

# fetch_packages DIR NAME...: once for a list of packages, and whole or not at all.
fetch_packages() {
    local folder=$1 part=$1.part name file view; shift
    # The first line: what was fetched when descriptions alone were asked for is fetched anew.
    [ -e "$folder/complete" ] && printf '%s\n' "$asked_for" "$@" | cmp -s - "$folder/wanted" && return
    install_missing curl=curl
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
    printf '%s\n' "$asked_for" "$@" >"$part/wanted"
    for file in "$part"/*.deb; do dpkg-deb -W --showformat '${Package} ${Version}\n' "$file"; done | sort >"$part/complete"
    mv "$part" "$folder"
}

# take_with_source DIR FILE...: moves packages whose sources can be had to the folder, and an older version of another one. One question for all
# of them first: each by itself takes seconds.
take_with_source() {
    local folder=$1 file name; shift
    # shellcheck disable=SC2046
    if has_files $(sources_of "$@") 2>/dev/null; then
        mv "$@" "$folder/"
    else
        for file; do
            name=$(dpkg-deb -f "$file" Package)
            case $name in linux-image-*) name=linux-image-cloud-amd64 ;; esac
            if has_source "$file"; then mv "$file" "$folder/"; else fetch_package "$name" "$folder" || fail "Debian's package $name cannot be fetched"; fi
        done
    fi
}

# update_lists: once in a run.
update_lists() {
    [ -n "${lists_are_new:-}" ] || apt_get update
    lists_are_new=yes
}

# fetch_sources DIR FILE...: what the GPL asks for, at the versions of these packages. All that can be had, before it ends with what cannot.
fetch_sources() {
    local source view lacking=()
    mkdir -p "$1"
    source_view
    for source in $(sources_of "${@:2}"); do
        say "fetching the source $source"
        fetch_source "$1" "$source" || lacking+=("$source")
    done
    rm -rf "$artifacts/guest/apt"
    [ ${#lacking[@]} = 0 ] || fail "this machine's mirror of Debian's archive lacks these sources: ${lacking[*]}; Debian's own archive or its snapshot service has them, under these names and versions; or, where the mirror has a newer version by now, remove the folder of packages in artifacts and make it anew"
    say "the sources are in $1; those of the communication daemon are this repository"
}

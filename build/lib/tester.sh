# An ordinary user to run tests as, and a place that this user can read. Sourced, never run.
# shellcheck shell=bash disable=SC2154

tester=vmsandbox-test

# make_tester: root does not test; a user without rights, home and password does. It stays: a second run may be using it.
make_tester() {
    if [ "$(id -u)" != 0 ]; then tester=$(id -un); return; fi
    id -u "$tester" >/dev/null 2>&1 && return
    command -v useradd >/dev/null || install_missing useradd=passwd
    say "making the user $tester"
    useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin "$tester" 2>/dev/null ||
        id -u "$tester" >/dev/null || fail "the user $tester cannot be made"
}

# make_stage: copies the sources and what was built to a short path that any user can read (the clone may lie in a private folder,
# and a Unix socket's path holds 107 bytes). Whoever calls it sees to remove_stage when the script ends.
make_stage() {
    stage=$(mktemp -d /tmp/vmsandbox-test.XXXXXX)
    mkdir "$stage"/{tree,home,tmp,run,run3,root-tmp,results}
    tar -C "$repository" --exclude=./.git --exclude=./artifacts --exclude=obj --exclude=bin/Debug --exclude='./src/*/bin' -cf - . | tar -C "$stage/tree" --no-same-owner -xf -
    local part
    for part in "$@"; do
        mkdir -p "$stage/tree/artifacts/$(dirname "$part")"
        cp -a "$artifacts/$part" "$stage/tree/artifacts/$part"
    done
    # The package sources that the builder has set up are the tester's as well.
    if [ -r "$HOME/.nuget/NuGet/NuGet.Config" ]; then
        mkdir -p "$stage/home/.nuget/NuGet"
        cp "$HOME/.nuget/NuGet/NuGet.Config" "$stage/home/.nuget/NuGet/"
    fi
    chmod 0755 "$stage"
    if [ "$(id -u)" = 0 ]; then chown -R "$tester:" "$stage"/{tree,home,tmp,run,run3,results}; fi
    chmod 0700 "$stage"/{home,tmp,run,run3}
    share_dotnet
}

# share_dotnet: an SDK in a private folder is copied to where the tester can run it.
share_dotnet() {
    as_tester 60 dotnet --version >/dev/null 2>&1 && return
    say "copying the .NET SDK to where $tester can read it"
    cp -a "$dotnet_root" "$stage/dotnet"
    chmod -R a+rX "$stage/dotnet"
    dotnet_root=$stage/dotnet
    as_tester 60 dotnet --version >/dev/null || fail "$tester cannot run the .NET SDK"
}

# as_tester SECONDS COMMAND...: in the staged tree, with a home and a temporary folder of its own, and nothing of the caller's places.
as_tester() { as_user "$tester" "$stage/home" "$stage/tmp" "$@"; }

as_user() {
    local user=$1 home=$2 temporary=$3 seconds=$4; shift 4
    local switch=()
    if [ "$user" != "$(id -un)" ]; then switch=(setpriv --reuid="$user" --regid="$user" --init-groups); fi
    (cd "$stage/tree" && bounded "$seconds" "${switch[@]}" env -u XDG_RUNTIME_DIR -u XDG_DATA_HOME -u XDG_CONFIG_HOME -u XDG_CACHE_HOME -u XDG_STATE_HOME \
        -u NUGET_PACKAGES -u DOTNET_CLI_HOME HOME="$home" TMPDIR="$temporary" USER="$user" LOGNAME="$user" \
        DOTNET_ROOT="$dotnet_root" PATH="$dotnet_root:$PATH" VMSANDBOX_GUEST_IMAGE="$stage/tree/artifacts/guest/tiny" \
        VMSANDBOX_CARRIED_QEMU="$stage/tree/artifacts/qemu/linux-x64/qemu-system-x86_64" \
        VMSANDBOX_OTHER_QEMU="$stage/tree/artifacts/qemu-other/qemu-system-x86_64" "$@")
}

# left_behind: processes that carry the stage's path and outlived the tests that started them.
left_behind() {
    local folder line
    for folder in /proc/[0-9]*; do
        { line=$(tr '\0' ' ' <"$folder/cmdline"); } 2>/dev/null || continue
        case $line in *"$stage/"*) printf '%s %s\n' "${folder#/proc/}" "$line" ;; esac
    done
}

remove_stage() {
    local id
    if [ -z "${stage:-}" ]; then return; fi
    left_behind | while read -r id _; do kill -KILL "$id" 2>/dev/null || true; done
    rm -rf "$stage"
}

#!/usr/bin/env bash
# Two real applications in the sandbox, unchanged from Debian's packages: AutoDock Vina docks the ligand of its own test data, and POV-Ray renders a
# scene of its own examples. The same runs are made on this computer: the docking must be the same to the byte, the picture to the pixel.
#   samples/Applications/demo.sh [dock] [render]     both, unless one is named
# Installs what is missing. The results are in artifacts/applications; look at render/picture.png.
source "$(dirname "$0")/../../build/lib/common.sh"

wanted=()
for name; do
    case $name in
        dock|render) wanted+=("$name") ;;
        -h|--help) sed -n '2,5s/^# \{0,1\}//p' "$0"; exit 0 ;;
        *) fail "unknown argument: $name (see --help)" ;;
    esac
done
[ ${#wanted[@]} -gt 0 ] || wanted=(dock render)

need_dotnet
need_qemu
install_missing vina=autodock-vina povray=povray /usr/share/povray-3.7/include/colors.inc=povray-includes
"$repository/build/guest.sh" debian
sample=$repository/samples/Applications layers=$artifacts/guest/layers
say "building the sample Applications"
bounded 900 dotnet build "$sample" -c Release -v quiet -nologo >&2 || fail "the sample does not build"
export VMSANDBOX_GUEST_IMAGE=$artifacts/guest/debian DOTNET_ROOT=$dotnet_root
run() { bounded 3600 dotnet "$sample/bin/Release/net10.0/Applications.dll" "$@"; }

# examples PACKAGE: a folder with its documentation, which slim installations leave out.
examples() {
    local folder=$artifacts/applications/$1
    if [ ! -e "$folder/complete" ]; then
        rm -rf "$folder"
        mkdir -p "$folder"
        (cd "$folder" && { bounded 900 apt-get -qq -o APT::Sandbox::User=root download "$1" >/dev/null 2>&1 || { apt_get update; bounded 900 apt-get -qq -o APT::Sandbox::User=root download "$1" >&2; }; }) ||
            fail "Debian's package $1 cannot be fetched; is there a network?"
        dpkg-deb -x "$folder"/*.deb "$folder"
        touch "$folder/complete"
    fi
    printf '%s/usr/share/doc\n' "$folder"
}

# both NAME LAYER ARGUMENT: in the sandbox, then here.
both() {
    local results=$artifacts/applications/$1
    rm -rf "$results/native"
    mkdir -p "$results/native"
    say "$1: in the sandbox"
    run "$1" "$layers/$2.tar.gz" "$results" || fail "the job in the sandbox failed"
    say "$1: on this computer"
    (cd "$results/native" && bounded 600 "$sample/$1.sh" "$3" >/dev/null) || fail "$1 on this computer failed"
}

for name in "${wanted[@]}"; do
    results=$artifacts/applications/$name
    case $name in
        dock)
            "$repository/build/guest.sh" debian --with autodock-vina
            both dock autodock-vina "$(examples autodock-vina)/autodock-vina/test-data"
            cmp "$results/out.pdbqt" "$results/native/out.pdbqt" || fail "the docking in the sandbox differs from that of this computer"
            printf 'out.pdbqt     the same as on this computer, all %d bytes\n' "$(stat -c %s "$results/out.pdbqt")"
            ;;
        render)
            "$repository/build/guest.sh" debian --with povray povray-includes povray-examples
            both render povray "$(examples povray-examples)/povray/examples/advanced/woodbox.pov"
            run compare "$results/picture.png" "$results/native/picture.png" || fail "the picture of the sandbox differs from that of this computer"
            ;;
    esac
done

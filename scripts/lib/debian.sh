# shellcheck shell=bash
# Packages of a newer Debian than the machine's, in a folder of their own: no root, and nothing of the machine changes.
# For `source`.

# The release that has Python 3.14 and MicroPython 1.26.
DEBIAN_RELEASE=forky
# Folder of apt's own files, below WORKSPACE; empty before the lists are read.
_debian_apt=

# machine_file PACKAGE FILE: print where a file of one of the machine's own packages is, installed or not.
machine_file() {
    local package=$1 file=$2
    if [ -r "$file" ]; then
        echo "$file"
        return
    fi
    _machine_download "$package" || {
        system_lists "to find packages of Debian"
        quietly _machine_download "$package"
    } || return
    dpkg-deb --extract "$_debian_apt/$package"_*.deb "$_debian_apt/machine"
    echo "$_debian_apt/machine$file"
}

_machine_download() {
    (cd -- "$_debian_apt" && apt-get download -qq "$1" >/dev/null 2>&1)
}

# The mirrors to try: the person's, the machine's own, and on a sister of Debian the one its installer knows.
_debian_mirrors() {
    local installer
    # shellcheck disable=SC2016 # apt's own variables
    {
        echo "${DIGIMON_DEBIAN_MIRROR:-}"
        apt-get indextargets --format '$(ORIGIN) $(LABEL) $(REPO_URI)' 2>/dev/null | sed -n 's/^Debian Debian //p'
        if grep -qx 'ID=debian' /etc/os-release; then
            # Before the first `apt-get update` apt knows the addresses, but not who answers there.
            apt-get indextargets --no-release-info --format '$(REPO_URI)' 2>/dev/null
        else
            installer=$(machine_file debootstrap /usr/sbin/debootstrap) &&
                sed -n 's/^DEF_MIRROR="\(.*\)"/\1/p' "$installer"
        fi
    } | awk 'NF && !seen[$1]++ { print $1 }'
}

# apt-get with files of its own, on a machine that has no package installed.
_debian_apt_get() {
    apt-get \
        -o Dir::Etc::SourceList="$_debian_apt/sources.list" -o Dir::Etc::SourceParts=/dev/null \
        -o Dir::State="$_debian_apt/state" -o Dir::State::status="$_debian_apt/status" \
        -o Dir::Cache="$_debian_apt/cache" -o APT::Sandbox::User="$(id -un)" -o Debug::NoLocking=1 \
        -o Acquire::Languages=none -o Acquire::Retries=3 -qq -y "$@"
}

# Read the lists of the release, once.
_debian_open() {
    local mirror keyring kind
    [ -z "$_debian_apt" ] || return 0
    command -v apt-get >/dev/null || fail "without apt-get, Python 3.14 and MicroPython cannot be had from Debian"
    _debian_apt=$WORKSPACE/apt
    mkdir -p "$_debian_apt/state/lists/partial" "$_debian_apt/cache/archives/partial"
    : >"$_debian_apt/status"
    keyring=$(machine_file debian-archive-keyring /usr/share/keyrings/debian-archive-keyring.gpg) ||
        fail "the keys of Debian are missing"
    for mirror in $(_debian_mirrors); do
        for kind in deb deb-src; do
            echo "$kind [signed-by=$keyring] $mirror $DEBIAN_RELEASE main"
        done >"$_debian_apt/sources.list"
        # apt-get update succeeds when a mirror does not answer; only what can be asked afterwards tells.
        _debian_apt_get update >/dev/null 2>&1 &&
            _debian_apt_get download --print-uris python3.14-minimal >/dev/null 2>&1 && return
    done
    fail "no mirror of Debian answered for $DEBIAN_RELEASE; name one in DIGIMON_DEBIAN_MIRROR"
}

# debian_unpack FOLDER PACKAGE... [-- PACKAGE...]
# Unpack packages with all they depend on, and those after `--` without.
debian_unpack() {
    local folder=$1 archive with=() without=()
    shift
    while [ $# -gt 0 ] && [ "$1" != -- ]; do
        with+=("$1")
        shift
    done
    [ $# -eq 0 ] || shift
    without=("$@")
    _debian_open
    rm -f -- "$_debian_apt"/cache/archives/*.deb
    quietly _debian_apt_get install --no-install-recommends --download-only "${with[@]}"
    if [ "${#without[@]}" -gt 0 ]; then
        (cd -- "$_debian_apt/cache/archives" && quietly _debian_apt_get download "${without[@]}")
    fi
    for archive in "$_debian_apt"/cache/archives/*.deb; do
        dpkg-deb --extract "$archive" "$folder"
    done
}

# debian_source FOLDER PACKAGE: unpack the source as its authors released it.
debian_source() {
    local folder=$1 package=$2
    _debian_open
    (cd -- "$folder" && quietly _debian_apt_get source --download-only "$package" &&
        tar --extract --strip-components=1 --file "$package"_*.orig.tar.*)
}

# debian_settle FOLDER PROGRAM...
# Make programs of an unpacked folder run with that folder's own libraries. patchelf has to be among the packages.
debian_settle() {
    local folder=$1 program loader libraries patchelf=()
    shift
    loader=$(echo "$folder"/usr/lib/*-linux-*/ld-linux*.so.*)
    libraries=${loader%/*}
    patchelf=("$loader" --library-path "$libraries" "$folder/usr/bin/patchelf")
    for program; do
        # Two steps: patchelf 0.18 breaks a program of fixed address when it does both at once.
        "${patchelf[@]}" --force-rpath --set-rpath "$libraries" "$folder/$program"
        "${patchelf[@]}" --set-interpreter "$loader" "$folder/$program"
    done
}

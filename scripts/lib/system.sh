# shellcheck shell=bash
# Packages of the machine itself: as root or with sudo, else the person is told what to install. For `source`.

# Whether this person may install packages without being asked for a password.
system_root() {
    [ "$(id -u)" -eq 0 ] || sudo -n true 2>/dev/null
}

# system_packages WHY PACKAGE...: install PACKAGE... of the machine's own distribution.
system_packages() {
    local why=$1 as_root=()
    shift
    command -v apt-get >/dev/null ||
        fail "please install what your distribution has for the Debian packages '$*' ($why)"
    if [ "$(id -u)" -ne 0 ]; then
        # Without a terminal nobody can type a password.
        if ! command -v sudo >/dev/null || { ! system_root && [ ! -t 2 ]; }; then
            fail "please run, as root: apt-get install $* ($why)"
        fi
        as_root=(sudo)
    fi
    say "installing $* ($why)"
    # A machine that was never asked for a package has no list of them, and one asked long ago has an old list.
    _apt_install "$@" 2>/dev/null || {
        quietly "${as_root[@]}" apt-get update -qq
        quietly _apt_install "$@"
    } || fail "apt-get could not install $* ($why)"
}

_apt_install() {
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "$@" \
        >/dev/null </dev/null
}

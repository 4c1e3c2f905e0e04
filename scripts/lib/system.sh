# shellcheck shell=bash
# Packages of the machine itself: as root or with sudo, else the person is told what to install. For `source`.

# Whether this person may install packages without being asked for a password.
system_root() {
    [ "$(id -u)" -eq 0 ] || sudo -n true 2>/dev/null
}

# Set `as_root`, the command that makes root of this person; fails with what the person has to do instead.
_system_become_root() {
    command -v apt-get >/dev/null || fail "this machine has no apt-get; it would take: $1"
    if [ "$(id -u)" -ne 0 ]; then
        # Without a terminal nobody can type a password.
        if ! command -v sudo >/dev/null || { ! system_root && [ ! -t 2 ]; }; then
            fail "please run, as root: $1"
        fi
        as_root=(sudo)
    fi
}

# system_packages WHY PACKAGE...: install PACKAGE... of the machine's own distribution.
system_packages() {
    local why=$1 as_root=()
    shift
    _system_become_root "apt-get install $* ($why)"
    say "installing $* ($why)"
    # A machine that was never asked for a package has no list of them, and one asked long ago has an old list.
    _system_install "$@" 2>/dev/null || {
        quietly "${as_root[@]}" apt-get update -qq
        quietly _system_install "$@"
    } || fail "apt-get could not install $* ($why)"
}

_system_install() {
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "$@" \
        >/dev/null </dev/null
}

# system_lists WHY: let apt know which packages the machine's own distribution has.
system_lists() {
    local as_root=()
    _system_become_root "apt-get update ($1)"
    quietly "${as_root[@]}" apt-get update -qq
}

# shellcheck shell=bash
# Where everything is that a command of this repository needs, and how to get it. For `source`.
#
# Gives, exported:
#   DIGIMON_ROOT           this repository
#   DIGIMON_SHARED         recordings beside it, when they are there; else empty
#   DIGIMON_CACHE          what is downloaded and built, for all checkouts
#   DIGIMON_TOOLS          environment (a folder with bin/python) of the simulated house, the build and the linters
#   DIGIMON_TEST           environment of the tests, with the oldest supported Home Assistant
#   DIGIMON_HOMEASSISTANT  environment of the newest Home Assistant
#   DIGIMON_OLDEST         environment of the oldest supported Home Assistant with its pages
#   DIGIMON_STUBS          types of MicroPython on the ESP32
#   MICROPYTHON32          MicroPython with objects as on the ESP32
#   MICROPYTHON64          MicroPython as the distribution has it
#   DIGIMON_CHROMIUM       a browser, or empty
#   DIGIMON_NETWORK        folder with Avahi and iproute2, for the tests of discovery
#   DIGIMON_DOSFSTOOLS     folder with mkfs.fat and fsck.fat, for the tests of the card
#   DIGIMON_DATABASES      folder with PostgreSQL and MariaDB, for the tests of the history
#   DIGIMON_SER2NET        folder with ser2net, for the tests of a cable
# and the function `setup WHAT...`, WHAT being tools test homeassistant oldest stubs micropython32 micropython64
# chromium network dosfstools databases ser2net.
# It does nothing for what is there already. The variables hold before it too; only what they name does not exist yet.

DIGIMON_ROOT=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd -P)
DIGIMON_CACHE=${DIGIMON_CACHE:-${XDG_CACHE_HOME:-${HOME:?has to name a folder}/.cache}/digimon}
DIGIMON_SHARED=${DIGIMON_SHARED-$DIGIMON_ROOT/../shared}
DIGIMON_SHARED=$(cd -- "${DIGIMON_SHARED:-/nowhere}" 2>/dev/null && pwd -P) || DIGIMON_SHARED=

# What is made has a name with the hash of what it is made from: a change makes it anew, and two checkouts of
# different age share a cache without a quarrel.
_digimon_hash() {
    (cd -- "$DIGIMON_ROOT" && cat -- "$@" | sha256sum | cut -c 1-12)
}

DIGIMON_TOOLS=$DIGIMON_CACHE/tools-$(_digimon_hash requirements/tools.txt)
DIGIMON_TEST=$DIGIMON_CACHE/test-$(_digimon_hash requirements/test.txt)
DIGIMON_HOMEASSISTANT=$DIGIMON_CACHE/homeassistant-$(_digimon_hash requirements/homeassistant.txt)
DIGIMON_OLDEST=$DIGIMON_CACHE/oldest-$(_digimon_hash requirements/oldest.txt)
DIGIMON_STUBS=$DIGIMON_CACHE/stubs-$(_digimon_hash requirements/stubs.txt)
MICROPYTHON32=$DIGIMON_CACHE/micropython32-$(_digimon_hash scripts/lib/micropython32/{mpconfigvariant.h,mpconfigvariant.mk,manifest.py})/micropython
MICROPYTHON64=$DIGIMON_CACHE/micropython64/usr/bin/micropython
DIGIMON_NETWORK=$DIGIMON_CACHE/network
DIGIMON_DOSFSTOOLS=$DIGIMON_CACHE/dosfstools
DIGIMON_DATABASES=$DIGIMON_CACHE/databases
DIGIMON_SER2NET=$DIGIMON_CACHE/ser2net
# A database server refuses to run as root, and what is in root's home is for nobody else.
if [ "$(id -u)" -eq 0 ]; then
    DIGIMON_DATABASES=/var/cache/digimon/databases
fi
_digimon_find_chromium() {
    local name unpacked=
    if [ -e "$DIGIMON_CACHE/chromium/.complete" ]; then
        unpacked=$DIGIMON_CACHE/chromium/chromium
    fi
    for name in "${DIGIMON_CHROMIUM:-}" chromium google-chrome "$unpacked"; do
        DIGIMON_CHROMIUM=$(command -v "$name") && return
    done
    DIGIMON_CHROMIUM=
}
_digimon_find_chromium

export DIGIMON_ROOT DIGIMON_SHARED DIGIMON_CACHE DIGIMON_TOOLS DIGIMON_TEST DIGIMON_HOMEASSISTANT DIGIMON_OLDEST DIGIMON_STUBS
export MICROPYTHON32 MICROPYTHON64 DIGIMON_CHROMIUM DIGIMON_NETWORK DIGIMON_DOSFSTOOLS DIGIMON_DATABASES DIGIMON_SER2NET

# Whether WHAT is there; the mark is made when the folder has all it should have.
_digimon_has() {
    case $1 in
        # The link of an environment to its Python breaks when that Python goes.
        tools) [ -e "$DIGIMON_TOOLS/.complete" ] && [ -x "$DIGIMON_TOOLS/bin/python" ] ;;
        test) [ -e "$DIGIMON_TEST/.complete" ] && [ -x "$DIGIMON_TEST/bin/python" ] ;;
        homeassistant) [ -e "$DIGIMON_HOMEASSISTANT/.complete" ] && [ -x "$DIGIMON_HOMEASSISTANT/bin/python" ] ;;
        oldest) [ -e "$DIGIMON_OLDEST/.complete" ] && [ -x "$DIGIMON_OLDEST/bin/python" ] ;;
        stubs) [ -e "$DIGIMON_STUBS/.complete" ] ;;
        micropython32) [ -e "${MICROPYTHON32%/*}/.complete" ] ;;
        micropython64) [ -e "${MICROPYTHON64%/usr/bin/*}/.complete" ] ;;
        chromium) [ -n "$DIGIMON_CHROMIUM" ] ;;
        network) [ -e "$DIGIMON_NETWORK/.complete" ] ;;
        dosfstools) [ -e "$DIGIMON_DOSFSTOOLS/.complete" ] ;;
        databases) [ -e "$DIGIMON_DATABASES/.complete" ] ;;
        ser2net) [ -e "$DIGIMON_SER2NET/.complete" ] ;;
        *)
            echo "setup: there is no such thing as '$1'" >&2
            return 2
            ;;
    esac
}

# Make what is missing of WHAT...; fails with a reason on stderr.
setup() {
    local what status missing=()
    for what; do
        status=0
        _digimon_has "$what" || status=$?
        case $status in
            0) ;;
            1) missing+=("$what") ;;
            *) return "$status" ;;
        esac
    done
    [ "${#missing[@]}" -gt 0 ] || return 0
    "$DIGIMON_ROOT/scripts/lib/make" "${missing[@]}" || return
    _digimon_find_chromium
}

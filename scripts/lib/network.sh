# shellcheck shell=bash
# What the tests of discovery put at the two ends of a cable: iproute2 for the cable, Avahi as a second client. For
# `source`.

# From the coming Debian, unpacked: installing Avahi would start it on the machine.
make_network() {
    say "Avahi and iproute2"
    begin "$DIGIMON_NETWORK"
    debian_unpack "$DIGIMON_NETWORK" avahi-daemon avahi-utils dbus-daemon iproute2 patchelf
    debian_settle "$DIGIMON_NETWORK" usr/sbin/avahi-daemon usr/bin/avahi-{browse,resolve,publish} \
        usr/bin/dbus-daemon usr/bin/ip
    "$DIGIMON_NETWORK/usr/sbin/avahi-daemon" --version >/dev/null || fail "Debian's Avahi does not run on this machine"
    complete "$DIGIMON_NETWORK"
}

# shellcheck shell=bash
# What brings a P1 port into the network in many houses: ser2net, for the tests of a cable. For `source`.

# From the coming Debian, unpacked: installing it would start it on the machine.
make_ser2net() {
    say "ser2net"
    begin "$DIGIMON_SER2NET"
    debian_unpack "$DIGIMON_SER2NET" ser2net patchelf
    debian_settle "$DIGIMON_SER2NET" usr/sbin/ser2net
    "$DIGIMON_SER2NET/usr/sbin/ser2net" -v >/dev/null || fail "Debian's ser2net does not run on this machine"
    complete "$DIGIMON_SER2NET"
}

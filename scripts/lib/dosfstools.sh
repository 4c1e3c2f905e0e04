# shellcheck shell=bash
# What says whether the file system of a card is sound: dosfstools. For `source`.

make_dosfstools() {
    say "dosfstools"
    begin "$DIGIMON_DOSFSTOOLS"
    debian_unpack "$DIGIMON_DOSFSTOOLS" dosfstools patchelf
    debian_settle "$DIGIMON_DOSFSTOOLS" usr/sbin/mkfs.fat usr/sbin/fsck.fat
    "$DIGIMON_DOSFSTOOLS/usr/sbin/mkfs.fat" --help >/dev/null 2>&1 || fail "Debian's dosfstools do not run on this machine"
    complete "$DIGIMON_DOSFSTOOLS"
}

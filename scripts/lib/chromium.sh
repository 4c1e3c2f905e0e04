# shellcheck shell=bash
# A browser for the tests that look at a page. For `source`.

# Debian's package as root; else, and on a distribution that has none but as a snap, the coming Debian's, unpacked.
make_chromium() {
    if grep -qx 'ID=debian' /etc/os-release 2>/dev/null && system_root; then
        system_packages "for the tests in a browser" chromium
    else
        _chromium_from_debian
    fi
}

_chromium_from_debian() {
    local folder=$DIGIMON_CACHE/chromium libraries
    say "Chromium"
    begin "$folder"
    debian_unpack "$folder" chromium fonts-dejavu-core patchelf
    debian_settle "$folder" usr/lib/chromium/chromium usr/lib/chromium/chrome_crashpad_handler
    libraries=$(echo "$folder"/usr/lib/*-linux-*)
    # Some libraries name the folder of others, and fontconfig that of its settings, where Debian has them.
    cat >"$folder/chromium" <<END
#!/bin/sh
export LD_LIBRARY_PATH='$libraries:$libraries/pulseaudio'
export FONTCONFIG_FILE='$folder/etc/fonts/fonts.conf' FONTCONFIG_SYSROOT='$folder'
exec '$folder/usr/lib/chromium/chromium' "\$@"
END
    chmod +x "$folder/chromium"
    "$folder/chromium" --version >/dev/null || fail "Debian's Chromium does not run on this machine"
    complete "$folder"
}

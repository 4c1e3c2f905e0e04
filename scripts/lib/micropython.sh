# shellcheck shell=bash
# The two MicroPythons that core and the board's app are tested on. For `source`.

# As Debian has it: objects of 64 bits on most machines.
make_micropython64() {
    local folder=${MICROPYTHON64%/usr/bin/*}
    say "MicroPython, 64 bits"
    begin "$folder"
    debian_unpack "$folder" micropython patchelf
    debian_settle "$folder" usr/bin/micropython
    _micropython_check "$MICROPYTHON64"
    complete "$folder"
}

# Built here, with objects of 32 bits as on the ESP32 (micropython32/).
make_micropython32() {
    local folder=${MICROPYTHON32%/*} source=$WORKSPACE/micropython
    case $(uname -m) in
        x86_64 | i?86) ;;
        *) fail "MicroPython with objects of 32 bits can only be built on an x86 machine" ;;
    esac
    _micropython_compiler
    python_find
    say "MicroPython, 32 bits: half a minute"
    begin "$folder"
    mkdir -p "$source"
    debian_source "$source" micropython
    # The build looks for this file of a library that Debian leaves out and that our manifest does not name.
    mkdir -p "$source/lib/micropython-lib"
    : >"$source/lib/micropython-lib/README.md"
    _micropython_build "$source/mpy-cross"
    _micropython_build "$source/ports/unix" VARIANT_DIR="$DIGIMON_ROOT/scripts/lib/micropython32" BUILD="$WORKSPACE/build"
    cp -- "$WORKSPACE/build/micropython" "$MICROPYTHON32"
    _micropython_check "$MICROPYTHON32"
    complete "$folder"
}

# Make a folder of MicroPython's source. Its version comes from the source, not from a repository around the cache.
_micropython_build() {
    local folder=$1
    shift
    GIT_CEILING_DIRECTORIES=$WORKSPACE quietly make -j"$(nproc)" -C "$folder" PYTHON="$PYTHON" "$@"
}

# A compiler that makes programs of 32 bits, with the headers that come with gcc-multilib only.
_micropython_compiler() {
    if ! command -v make >/dev/null || ! command -v xz >/dev/null ||
        ! printf '#include <errno.h>\nint main(void) { return 0; }' |
            gcc -m32 -x c -o "$WORKSPACE/probe" - 2>/dev/null; then
        system_packages "to build MicroPython with 32 bits" gcc-multilib make xz-utils
    fi
}

# Core and the app are written for 1.26 and newer.
_micropython_check() {
    "$1" -c 'import sys, asyncio; assert sys.implementation.version >= (1, 26)' ||
        fail "$1 does not run or is older than 1.26"
}

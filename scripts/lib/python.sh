# shellcheck shell=bash
# Python 3.14, uv and the environments made with them. For `source`.

# What Home Assistant asks for.
PYTHON_WANTED='>=3.14.2,<3.15'
# Debian's Python 3.14 for a machine that has none; made only when it is needed.
PYTHON_DEBIAN=$DIGIMON_CACHE/python-debian

# Certificates of the machine, as its own programs use them.
export UV_SYSTEM_CERTS=1
# A person's settings for projects are no business of these environments.
unset VIRTUAL_ENV UV_PYTHON UV_PROJECT_ENVIRONMENT PYTHONPATH PYTHONHOME

# Find a Python 3.14 for PYTHON, after getting one if need be.
PYTHON=
python_find() {
    local folder
    [ -z "$PYTHON" ] || return 0
    uv_get
    # The machine's own or one that uv installed for the person, then one that uv installed here.
    for folder in "${UV_PYTHON_INSTALL_DIR:-}" "$DIGIMON_CACHE/python-uv"; do
        PYTHON=$(UV_PYTHON_INSTALL_DIR=$folder _python_known) && return
    done
    if [ ! -e "$PYTHON_DEBIAN/.complete" ]; then
        say "Python 3.14"
        export UV_PYTHON_INSTALL_DIR=$DIGIMON_CACHE/python-uv
        PYTHON=$(_python_from_uv) && return
        _python_from_debian
    fi
    PYTHON=$PYTHON_DEBIAN/usr/bin/python3.14
}

# Print the Python that uv knows of.
_python_known() {
    "$UV" python find --system --no-python-downloads "$PYTHON_WANTED" 2>/dev/null
}

# Python as uv distributes it; fails at once where only package registries can be reached.
_python_from_uv() {
    UV_HTTP_RETRIES=0 UV_HTTP_CONNECT_TIMEOUT=5 timeout 300 \
        "$UV" --quiet python install --no-bin "$PYTHON_WANTED" >/dev/null 2>&1 && _python_known
}

# Python as the coming Debian has it, with its headers and pip. The C library's headers stay out: what is compiled
# against this Python is compiled by the machine's own compiler.
_python_from_debian() {
    [ ! -e "$PYTHON_DEBIAN/.complete" ] || return 0
    begin "$PYTHON_DEBIAN"
    debian_unpack "$PYTHON_DEBIAN" python3.14 patchelf libstdc++6 libgcc-s1 \
        -- python3.14-dev libpython3.14-dev python3-pip-whl
    debian_settle "$PYTHON_DEBIAN" usr/bin/python3.14
    "$PYTHON_DEBIAN/usr/bin/python3.14" -c 'import bz2, ctypes, lzma, readline, sqlite3, ssl, zlib' ||
        fail "Debian's Python 3.14 does not run on this machine"
    complete "$PYTHON_DEBIAN"
}

# Get uv of the locked version for UV, by whatever can install a wheel here.
UV=
uv_get() {
    local folder wanted=$DIGIMON_ROOT/requirements/uv.txt
    [ -z "$UV" ] || return 0
    folder=$DIGIMON_CACHE/uv-$(sha256sum <"$wanted" | cut -c 1-12)
    UV=$folder/bin/uv
    [ ! -e "$folder/.complete" ] || return 0
    say "uv"
    begin "$folder"
    _uv_with_uv || _uv_with_pip python3 || _uv_with_pip /usr/bin/python3 || _uv_with_venv || _uv_with_debian
    "$UV" --version >/dev/null || fail "uv does not run on this machine"
    complete "$folder"
}

# uv by the uv that the person has, of whatever version.
_uv_with_uv() {
    uv --quiet pip install --target "$folder" --require-hashes -r "$wanted" >/dev/null 2>&1
}

# uv by the pip of a Python. Any from 3.9: a newer one is what uv is for.
_uv_with_pip() {
    "$1" -m pip install --quiet --disable-pip-version-check --no-input --target "$folder" --require-hashes \
        -r "$wanted" >/dev/null 2>&1 </dev/null
}

# uv by the pip that a virtual environment brings: Debian's python3 has no other.
_uv_with_venv() {
    python3 -m venv "$WORKSPACE/venv" >/dev/null 2>&1 && _uv_with_pip "$WORKSPACE/venv/bin/python"
}

# uv by Debian's own Python 3.14, on a machine with no Python or none with pip.
_uv_with_debian() {
    say "Python 3.14"
    _python_from_debian
    PYTHONPATH=$(echo "$PYTHON_DEBIAN"/usr/share/python-wheels/pip-*.whl) \
        quietly "$PYTHON_DEBIAN/usr/bin/python3.14" -m pip install --quiet --no-input --target "$folder" \
        --require-hashes -r "$wanted" || fail "pip could not install uv"
}

# environment NAME FOLDER: an environment with requirements/NAME.txt.
environment() {
    local name=$1 folder=$2 headers
    python_find
    say "environment $name"
    begin "$folder"
    "$UV" --quiet venv --no-project --clear --python "$PYTHON" "$folder"
    # Some of Home Assistant's packages are compiled; Debian's Python finds its own headers only from their root.
    headers=$("$folder/bin/python" -c 'import sys; print(sys.base_prefix)')/include
    CPATH=$headers quietly "$UV" --quiet pip install --python "$folder/bin/python" --require-hashes \
        -r "$DIGIMON_ROOT/requirements/$name.txt" || fail "the packages of $name could not be installed"
    complete "$folder"
}

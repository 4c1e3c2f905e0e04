# shellcheck shell=bash
# The databases that a Home Assistant may record in besides SQLite: PostgreSQL and MariaDB, for the tests of the
# history. For `source`.

# From the coming Debian, unpacked: installing them would start them on the machine.
make_databases() {
    local folder=$DIGIMON_DATABASES programs=()
    say "PostgreSQL and MariaDB"
    begin "$folder"
    debian_unpack "$folder" postgresql mariadb-server-core patchelf
    mapfile -t programs < <(cd -- "$folder" && ls usr/lib/postgresql/*/bin/{initdb,postgres} usr/sbin/mariadbd)
    debian_settle "$folder" "${programs[@]}"
    "$folder/usr/sbin/mariadbd" --version >/dev/null || fail "Debian's MariaDB does not run on this machine"
    "$(echo "$folder"/usr/lib/postgresql/*/bin/postgres)" --version >/dev/null ||
        fail "Debian's PostgreSQL does not run on this machine"
    complete "$folder"
}

# shellcheck shell=bash
# What set-up tells the person who waits for it. For `source`.

# Say that a step begins.
say() {
    echo "setup: $*" >&2
}

# End with a reason.
fail() {
    echo "setup: $*" >&2
    exit 1
}

# Run a command whose output matters only when it fails.
quietly() {
    local log status=0
    log=$(mktemp)
    "$@" >"$log" 2>&1 </dev/null || status=$?
    if [ "$status" -ne 0 ]; then
        tail -n 40 -- "$log" | cut -c 1-300 >&2
        echo "setup: this failed: $*" >&2
    fi
    rm -f -- "$log"
    return "$status"
}

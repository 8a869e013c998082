#!/bin/sh
# Installs what the machine lacks: redis-server and a C compiler always; with the argument `lint` python3's venv, in
# which the checkers stand; with `test` also curl and docker compose, which the suite uses as a person would, and what
# `chaos` needs: libfaketime, which makes wall clocks wrong (Linux only).
# With root, sudo or Homebrew it does so itself; else it prints the one command to type and exits 1.
set -eu

missing=""
need() { missing="$missing $1"; }

command -v redis-server >/dev/null 2>&1 || need redis
command -v cc >/dev/null 2>&1 || need cc
case "${1:-}" in lint | test) python3 -c 'import venv, ensurepip' >/dev/null 2>&1 || need venv ;; esac
case "${1:-}" in chaos | test) [ "$(uname)" != Linux ] || ls /usr/lib/*/faketime/libfaketimeMT.so.1 >/dev/null 2>&1 || need libfaketime ;; esac
if [ "${1:-}" = test ]; then
    command -v curl >/dev/null 2>&1 || need curl
    command -v openssl >/dev/null 2>&1 || need openssl
    docker compose version >/dev/null 2>&1 || command -v docker-compose >/dev/null 2>&1 || need docker-compose
fi
[ -z "$missing" ] && exit 0

if command -v apt-get >/dev/null 2>&1; then
    packages=$(echo "$missing" | sed 's/redis/redis-server/; s/cc/gcc libc6-dev/; s/venv/python3 python3-venv/')
    install="apt-get update && apt-get install --yes --no-install-recommends$packages"
    as_root="sudo "
    if [ "$(id -u)" = 0 ]; then as_root=""; fi
    if [ -n "$as_root" ] && ! { command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; }; then
        echo "These are missing:$missing. Type: sudo sh -c '$install'" >&2
        exit 1
    fi
    echo "Installing:$packages"
    # A package that starts a server of its own is told not to: demo and tests start theirs on free ports.
    ${as_root}env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 sh -c "$install" >/dev/null
elif command -v brew >/dev/null 2>&1; then
    case "$missing" in *cc*) echo "A C compiler is missing. Type: xcode-select --install" >&2; exit 1 ;; esac
    brew install --quiet $(echo "$missing" | sed 's/venv/python/')
else
    echo "These are missing and there is no package manager that I know (apt-get, brew):$missing" >&2
    exit 1
fi

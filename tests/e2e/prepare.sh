#!/bin/sh
# Makes sure that there is a container engine: nothing to do where Docker's daemon answers; else Podman and what it
# needs, installed here when we are root on Debian. Tried: Podman on Debian 12. Not tried: Docker, other systems.
set -eu

if docker info >/dev/null 2>&1; then
    exit 0
fi

missing=
for package in podman catatonit runc netavark aardvark-dns iptables mmdebstrap git; do
    if ! dpkg-query --show --showformat '${Status}' "$package" 2>/dev/null | grep -q 'ok installed'; then
        missing="$missing $package"
    fi
done
if [ -z "$missing" ]; then
    exit 0
fi

if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    echo "A container engine is needed: Docker with a daemon that answers, or these Debian packages:$missing" >&2
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# shellcheck disable=SC2086 # a list of names
apt-get install --yes --quiet=2 --no-install-recommends $missing >/dev/null

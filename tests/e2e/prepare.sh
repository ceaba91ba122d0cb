#!/bin/sh
# Makes sure that there is a container engine: nothing to do where Docker's daemon answers; else Podman and what it
# needs. Arguments are further programs that are needed, whichever the engine: they have the names of their packages.
# What is missing is installed when we are root on Debian. Tried: Podman on Debian 12. Not tried: Docker, other systems.
set -eu

missing=
for program; do
    command -v "$program" >/dev/null || missing="$missing $program"
done

if ! docker info >/dev/null 2>&1; then
    for package in podman catatonit runc netavark aardvark-dns iptables mmdebstrap git; do
        if ! dpkg-query --show --showformat '${Status}' "$package" 2>/dev/null | grep -q 'ok installed'; then
            missing="$missing $package"
        fi
    done
fi

if [ -z "$missing" ]; then
    exit 0
fi
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    echo "Docker with a daemon that answers is needed, or Podman. These Debian packages are missing:$missing" >&2
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# shellcheck disable=SC2086 # a list of names
apt-get install --yes --quiet=2 --no-install-recommends $missing >/dev/null

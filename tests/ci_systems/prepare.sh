#!/bin/sh
# Makes sure that rsync is here, with which gitlab-ci-local copies files: installed when we are root on Debian.
set -eu

if command -v rsync >/dev/null; then
    exit 0
fi
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    echo "rsync is needed." >&2
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install --yes --quiet=2 --no-install-recommends rsync >/dev/null

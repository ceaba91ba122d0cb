#!/bin/sh
# Makes sure that there is a browser: nothing to do where CHROMIUM names one or the path has one; else Chromium, with
# fonts for text and emoji, installed here when we are root on Debian.
set -eu

for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable; do
    if [ -n "$name" ] && command -v "$name" >/dev/null; then
        exit 0
    fi
done

if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    echo "A browser is needed: Chromium or Chrome on the path, or one that CHROMIUM names." >&2
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install --yes --quiet=2 --no-install-recommends chromium fonts-liberation fonts-noto-color-emoji >/dev/null

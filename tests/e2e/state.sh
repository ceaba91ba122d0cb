#!/bin/sh
# GitHub's runner hands what a stage wrote to GITHUB_STATE to the post stage, as STATE_* variables. act 0.2.89 does so
# for JavaScript actions only (its runPostStep). In its place: `keep` follows the file, which act empties before every
# step, while the action writes to it; `hand-over` puts what was kept into the environment of all later stages.
set -eu
kept=/tmp/state

case "$1" in
keep) setsid tail -n +1 -F "$GITHUB_STATE" >"$kept" 2>/dev/null </dev/null & ;;
hand-over) sed 's/^\([a-z_]*<<ghadelimiter_\)/STATE_\1/' "$kept" >>"$GITHUB_ENV" ;;
esac

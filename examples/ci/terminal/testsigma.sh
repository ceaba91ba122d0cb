#!/bin/sh
# Runs a Testsigma test plan from a terminal: testsigma.sh PLAN_ID [OPTION...], like testsigma.sh 431 --details all
set -eu
: "${1:?Usage: testsigma.sh PLAN_ID [OPTION...]}"
# With `read` the key is in no history and in no list of processes.
: "${TESTSIGMA_API_KEY:?Set it first: read -rs TESTSIGMA_API_KEY; export TESTSIGMA_API_KEY}"

terminal=
if [ -t 0 ] && [ -t 1 ]; then
    # For the line that shows the progress, and for Ctrl+C.
    terminal='--interactive --tty'
fi

plan=$1
shift
# shellcheck disable=SC2086 # two words, or none
exec docker run --rm $terminal --user "$(id -u):$(id -g)" --volume "$PWD:/work" \
    -e TESTSIGMA_API_KEY \
    ghcr.io/owner/testsigma-action:0.1.0 --plan-id "$plan" "$@"

#!/bin/sh
# Podman for gitlab-ci-local, which removes the containers of a job in one call: Docker removes all that are still there,
# Podman none of them if one is gone already.
if [ "$1" = rm ]; then
    shift
    exec podman rm --ignore "$@"
fi
exec podman "$@"

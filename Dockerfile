# The base can be replaced (--build-arg BASE=...), where its registry cannot be reached or another one must be used.
ARG BASE=pinned

# The pin has a stage of its own because Dependabot updates literal FROM lines only.
FROM python:3.13-slim-trixie@sha256:9d2e5553305c7c7b0097999bb17187c69b921ccd6bc9d40e4bb5ebe652c00285 AS pinned

FROM ${BASE} AS build
COPY requirements/runtime.txt /tmp/requirements.txt
RUN python3 -m venv --without-pip /app/venv \
 && python3 -m pip --python /app/venv/bin/python install --quiet --disable-pip-version-check --no-cache-dir \
      --no-compile --no-deps --only-binary :all: --require-hashes --requirement /tmp/requirements.txt
COPY LICENSE entrypoint.py post_entrypoint.py /app/
COPY src /app/src
# Both are also started by their names alone, so they name their interpreter: this one, whatever PATH says.
# The bytecode needs no look at its source; users who cannot write here would compile everything at every start.
RUN sed -i '1s|^#!.*|#!/app/venv/bin/python -Iu|' /app/entrypoint.py /app/post_entrypoint.py \
 && /app/venv/bin/python -m compileall -q --invalidation-mode unchecked-hash /app/src /app/venv/lib \
 && chmod -R u=rwX,go=rX /app

FROM ${BASE}
COPY --from=build /app /app
# No pip is left. The import leaves bytecode of the standard library, which the base has none of: a start takes 0.2 s
# less. The command is where every shell looks for it, whatever it sets PATH to.
RUN rm -rf /usr/local/bin/pip* /usr/local/lib/python3.*/site-packages/pip* /usr/local/lib/python3.*/ensurepip \
 && /app/venv/bin/python -I -c 'import sys; sys.path.insert(0, "/app/src"); import testsigma_action.main' \
 && ln -s /app/entrypoint.py /usr/local/bin/testsigma-action \
 && install -d -m 1777 /work
# In the working folder outside GitHub any user may write, also when nothing is mounted there: as a volume, it can be
# written to in a read-only container too.
VOLUME /work
WORKDIR /work
# No shell in between: it would drop inputs with a dash in their names, and keep signals to itself.
ENTRYPOINT ["/app/venv/bin/python", "-I", "-u", "/app/entrypoint.py"]
ARG VERSION=unreleased
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Testsigma test plan" \
      org.opencontainers.image.description="Runs a Testsigma test plan in a pipeline, with a verdict you can trust." \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"

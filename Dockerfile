# The base can be replaced (--build-arg BASE=...), where its registry cannot be reached or another one must be used.
ARG BASE=pinned

# The pin has a stage of its own because Dependabot updates literal FROM lines only.
FROM python:3.13-slim-trixie@sha256:9d2e5553305c7c7b0097999bb17187c69b921ccd6bc9d40e4bb5ebe652c00285 AS pinned

# All that the image adds to its base is below /image. It is the same for every architecture.
FROM ${BASE} AS build
COPY requirements/runtime.txt /tmp/requirements.txt
# Without the compiled parts of the packages, which have the same in Python, the files that name them, and scripts.
RUN python3 -m venv --without-pip /app/venv \
 && python3 -m pip --python /app/venv/bin/python install --quiet --disable-pip-version-check --no-cache-dir \
      --no-compile --no-deps --only-binary :all: --require-hashes --requirement /tmp/requirements.txt \
 && find /app/venv/lib \( -name '*.so' -o -path '*.dist-info/RECORD' -o -path '*.dist-info/WHEEL' \) -delete \
 && find /app/venv/bin -type f -delete
COPY LICENSE entrypoint.py post_entrypoint.py /app/
COPY src /app/src
COPY tools/release/bytecode.py /tmp/bytecode.py
# Both scripts are also started by their names alone, so they name their interpreter: this one, whatever PATH says.
# The bytecode is here because users who cannot write would compile everything at every start.
# In the working folder outside GitHub any user may write, also when nothing is mounted there.
# The command is where every shell looks for it, whatever it sets PATH to.
RUN sed -i '1s|^#!.*|#!/app/venv/bin/python -Iu|' /app/entrypoint.py /app/post_entrypoint.py \
 && /app/venv/bin/python -IB /tmp/bytecode.py /image \
 && chmod -R u=rwX,go=rX /app \
 && mv /app /image/app \
 && install -d -m 1777 /image/work \
 && install -d /image/usr/local/bin \
 && ln -s /app/entrypoint.py /image/usr/local/bin/testsigma-action

FROM ${BASE}
COPY --from=build /image /
# No pip is left.
RUN rm -rf /usr/local/bin/pip* /usr/local/lib/python3.*/site-packages/pip* /usr/local/lib/python3.*/ensurepip
# As a volume, the working folder can be written to in a read-only container too.
VOLUME /work
WORKDIR /work
# No shell in between: it would drop inputs with a dash in their names, and keep signals to itself.
ENTRYPOINT ["/app/venv/bin/python", "-I", "-u", "/app/entrypoint.py"]
ARG VERSION=unreleased
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Testsigma test plan" \
      org.opencontainers.image.description="Runs a Testsigma test plan in a pipeline, with a verdict you can trust." \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.source="https://github.com/OWNER/testsigma-action" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"

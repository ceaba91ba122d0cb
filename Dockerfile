# The bases can be replaced (--build-arg BASE=...), where their registry cannot be reached or others must be used.
ARG BASE=pinned
ARG MINIMAL_BASE=minimal-pinned

# The pins have stages of their own because Dependabot updates literal FROM lines only.
FROM python:3.13-slim-trixie@sha256:9d2e5553305c7c7b0097999bb17187c69b921ccd6bc9d40e4bb5ebe652c00285 AS pinned
FROM gcr.io/distroless/python3-debian13@sha256:931a490beb37db6a1d137ad11ed47ae4c0d4741ca5c2285818b49e9a8ee11c56 AS minimal-pinned

# All that the image adds to its base is below /image. It is the same for every architecture.
FROM ${BASE} AS build
COPY requirements/runtime.txt /tmp/requirements.txt
# The compiled parts are removed: the packages have the same code in Python too. So are their scripts, and the two files
# of each package that differ between architectures.
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

# For those who want no shell: --target minimal. GitLab and Jenkins need the shell of the full image.
# This base has another interpreter, so it needs an environment and bytecode of its own.
FROM ${MINIMAL_BASE} AS minimal-build
RUN ["/usr/bin/python3", "-B", "-m", "venv", "--without-pip", "/app/venv"]
COPY --from=build /image/app/venv/lib /app/venv/lib
COPY --from=build /image/app/LICENSE /image/app/entrypoint.py /image/app/post_entrypoint.py /app/
COPY --from=build /image/app/src /app/src
COPY tools/release/bytecode.py /tmp/bytecode.py
RUN ["/app/venv/bin/python", "-IB", "/tmp/bytecode.py", "/image"]

FROM ${MINIMAL_BASE} AS minimal
COPY --from=minimal-build /app /app
COPY --from=minimal-build /image /
COPY --from=build /image/work /work
VOLUME /work
WORKDIR /work
ENTRYPOINT ["/app/venv/bin/python", "-I", "-u", "/app/entrypoint.py"]

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

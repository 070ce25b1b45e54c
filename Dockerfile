# One image for every process: `serve`, `work --queue think|write`, `sweep`.

FROM python:3.13-slim-bookworm AS build

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_ROOT_USER_ACTION=ignore

WORKDIR /src
COPY requirements/base.txt requirements/build.txt requirements/
# The packaging tools stay in /opt/build; the environment that is shipped has no pip of its own.
RUN python -m venv /opt/build \
 && /opt/build/bin/pip install --require-hashes --only-binary :all: -r requirements/build.txt \
 && python -m venv --without-pip /opt/groundplan \
 && /opt/build/bin/pip --python /opt/groundplan/bin/python install \
      --require-hashes --only-binary :all: -r requirements/base.txt

COPY pyproject.toml README.md LICENSE ./
COPY bot bot
COPY workers workers
COPY sandbox sandbox
COPY templates templates
COPY suites suites
RUN /opt/build/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /dist . \
 && /opt/build/bin/pip --python /opt/groundplan/bin/python install --no-deps --no-index /dist/*.whl \
 && /opt/groundplan/bin/python -m compileall -q -j 0 /opt/groundplan/lib


FROM python:3.13-slim-bookworm

LABEL org.opencontainers.image.title="groundplan" \
      org.opencontainers.image.description="Turns an issue into a plan pull request" \
      org.opencontainers.image.licenses="MIT"

ENV PATH=/opt/groundplan/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PYTHONFAULTHANDLER=1

COPY --from=build /opt/groundplan /opt/groundplan

# A number, so that an orchestrator can check "not root" without reading /etc/passwd.
USER 10001:10001
WORKDIR /tmp
EXPOSE 8080
# Workers finish or hand back their job on SIGTERM.
STOPSIGNAL SIGTERM
ENTRYPOINT ["groundplan"]
CMD ["--help"]

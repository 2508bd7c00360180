# syntax=docker/dockerfile:1
# One image for every flow: `punchcard` with its dependencies, and nothing that compiles.
ARG PYTHON=python:3.12.14-slim-bookworm

FROM ${PYTHON} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /src
COPY LICENSE README.md pyproject.toml punchcard.py ./
COPY bench bench
COPY engine engine
COPY features features
COPY flows flows
COPY policies policies
RUN --mount=type=cache,target=/root/.cache/pip \
    pip wheel --no-deps --wheel-dir /wheels . \
    && python -m venv /opt/punchcard \
    && /opt/punchcard/bin/pip install --only-binary :all: /wheels/*.whl

FROM ${PYTHON}
LABEL org.opencontainers.image.title="Punchcard" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin punchcard
COPY --from=build /opt/punchcard /opt/punchcard
# PYTHONUNBUFFERED: log lines leave at once. PYTHONDONTWRITEBYTECODE: the root file system is read-only.
ENV PATH=/opt/punchcard/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1
USER 10001:10001
ENTRYPOINT ["punchcard"]
CMD ["--help"]

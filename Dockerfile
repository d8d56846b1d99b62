# syntax=docker/dockerfile:1
# One image: probot as an ordinary user, on a root file system that may be read-only. Only /data is written.
#
# The base is pinned by tag. For a release, pin it by digest as well: `docker buildx imagetools inspect
# python:3.11.14-slim-bookworm` prints it, and it goes behind the tag as @sha256:… in both FROM lines.

FROM python:3.11.14-slim-bookworm AS build

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /src

RUN ["python", "-m", "venv", "/opt/probot"]
ENV PATH="/opt/probot/bin:$PATH"

# Dependencies first: this layer changes only with the lock.
COPY requirements/run.txt requirements/run.txt
RUN ["python", "-m", "pip", "install", "--require-hashes", "--only-binary", ":all:", "--requirement", "requirements/run.txt"]

COPY pyproject.toml README.md LICENSE NOTICE ./
COPY locales locales
COPY config config
COPY probot probot
RUN ["python", "-m", "pip", "install", "--no-deps", "--no-build-isolation", "."]


FROM python:3.11.14-slim-bookworm

LABEL org.opencontainers.image.title="probot" \
      org.opencontainers.image.description="Clinical-trial ePRO bot for Telegram" \
      org.opencontainers.image.licenses="Apache-2.0"

RUN groupadd --gid 10001 probot && \
    useradd --uid 10001 --gid 10001 --home-dir /data --no-create-home --shell /usr/sbin/nologin probot && \
    install --directory --owner=10001 --group=10001 --mode=0700 /data

COPY --from=build /opt/probot /opt/probot

ENV PATH="/opt/probot/bin:$PATH" \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PROBOT_DATABASE_URL="sqlite:////data/probot.sqlite3"

WORKDIR /data
VOLUME ["/data"]
USER 10001:10001

# SIGTERM lets the work in hand finish.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 CMD ["probot", "status", "--exit-code"]

ENTRYPOINT ["probot"]
CMD ["run"]

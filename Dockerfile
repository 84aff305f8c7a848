# syntax=docker/dockerfile:1
# Two stages: the first installs from the lock into a virtual environment, the second takes only that, and runs as nobody in particular.
ARG PYTHON=3.13-slim-bookworm

FROM python:${PYTHON} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_NO_INPUT=1
WORKDIR /src
RUN python -m venv /opt/intake311
COPY requirements.lock ./
RUN /opt/intake311/bin/pip install --require-hashes -r requirements.lock
COPY . .
RUN /opt/intake311/bin/pip install --no-deps --no-build-isolation . \
    && /opt/intake311/bin/pip uninstall --yes hatchling editables pip

FROM python:${PYTHON}
LABEL org.opencontainers.image.title="intake311" \
      org.opencontainers.image.description="One front door for every request a resident makes to the city" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN groupadd --system --gid 10311 intake311 \
    && useradd --system --uid 10311 --gid intake311 --home-dir /srv/intake311 --create-home intake311 \
    && install -d -o intake311 -g intake311 /srv/intake311/config \
    && install -d -m 700 -o intake311 -g intake311 /srv/intake311/var
COPY --from=build /opt/intake311 /opt/intake311
COPY --chown=intake311 config/container.toml /srv/intake311/config/intake311.toml
ENV PATH=/opt/intake311/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER intake311
WORKDIR /srv/intake311
# var/ holds what was acknowledged: it has to be a volume on a local disk.
VOLUME /srv/intake311/var
EXPOSE 8311 8025
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=10s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8311/health/live', timeout=4)"]
ENTRYPOINT ["intake311"]
CMD ["serve", "--config", "config/intake311.toml"]

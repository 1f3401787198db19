# One image for every process: watcher, bot, migration, health check, or all of them by run.py.
FROM python:3.13-slim-bookworm AS install
COPY constraints.txt /
RUN python -m venv /opt/spyhop \
 && /opt/spyhop/bin/pip install --no-cache-dir --disable-pip-version-check \
        --only-binary :all: --require-hashes -r /constraints.txt \
 && /opt/spyhop/bin/pip uninstall --yes pip

FROM python:3.13-slim-bookworm
RUN useradd --system --uid 10001 --user-group --home-dir /data --shell /usr/sbin/nologin spyhop \
 && install --directory --owner spyhop --group spyhop --mode 0700 /data
COPY --from=install /opt/spyhop /opt/spyhop
COPY . /app
WORKDIR /app
ENV PATH=/opt/spyhop/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DATA_DIR=/data
USER spyhop
VOLUME /data
# It reads what the loops wrote about their progress, and ends by itself within 10 s.
HEALTHCHECK --interval=30s --timeout=15s --start-period=60s --retries=3 \
    CMD ["python", "check_health.py"]
CMD ["python", "run.py"]

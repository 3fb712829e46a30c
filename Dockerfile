# Two stages: packages are put together in the first, the second has nothing but what runs.
FROM python:3.12-slim AS build
WORKDIR /srv/rapport
RUN python -m venv /srv/venv
COPY requirements.txt ./
RUN /srv/venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.txt
COPY pyproject.toml README.md LICENSE ./
COPY app app
RUN /srv/venv/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps --no-build-isolation .

FROM python:3.12-slim
# The embedded PostgreSQL wants an account with a name, and refuses to run as root.
RUN useradd --system --create-home --home-dir /var/lib/rapport --uid 10001 rapport
COPY --from=build /srv/venv /srv/venv
ENV PATH=/srv/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    RAPPORT_HOST=0.0.0.0 \
    RAPPORT_DATA_DIR=/var/lib/rapport/data
USER rapport
WORKDIR /var/lib/rapport
VOLUME /var/lib/rapport
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f\"http://127.0.0.1:{os.environ.get('RAPPORT_PORT', 8000)}/readyz\", timeout=2)"]
STOPSIGNAL SIGTERM
CMD ["rapport", "serve"]

"""Every setting, read once from the environment (RAPPORT_…) or a .env file."""

from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, StringConstraints
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix="RAPPORT_", env_file=".env", env_ignore_empty=True, extra="ignore", use_attribute_docstrings=True
    )

    database_url: SecretStr | None = None
    """A PostgreSQL 18 to use, such as `postgresql://user:secret@host/name`. By default the embedded one is used."""
    data_dir: Path = Path(".data")
    """Where the embedded PostgreSQL keeps its data."""
    embedded_memory: Annotated[int, Field(ge=16, le=1_048_576)] | None = None
    """Megabytes of the embedded PostgreSQL's cache. By default an eighth of the machine's memory, 128 to 8192."""
    pool_size: Annotated[int, Field(ge=1, le=500)] = 16
    """Database connections of each worker process, of which writes leave two to reads. One more is for `/readyz`."""
    pool_timeout: Annotated[float, Field(gt=0, le=60)] = 3.0
    """Seconds to wait for a free connection before answering 503. A locked record is waited for two thirds of that."""
    statement_timeout: Annotated[float, Field(gt=0, le=3600)] = 15.0
    """Seconds a single statement may take before it is cancelled and answered with 503."""
    pgbouncer: bool = False
    """For a database behind PgBouncer in transaction mode: uses no prepared statements and no session state."""

    host: str = "127.0.0.1"
    """Address to listen on."""
    port: Annotated[int, Field(ge=1, le=65535)] = 8000
    """Port to listen on."""
    workers: Annotated[int, Field(ge=1, le=64)] = 1
    """Worker processes."""
    worker: bool = True
    """Also run due jobs, as `rapport worker` does, in the processes that answer requests."""
    cors_origins: list[str] = []
    """Origins of browser front ends that may call the API, as a JSON list: `["https://crm.example.com"]`."""

    bootstrap_key: Annotated[SecretStr, StringConstraints(min_length=32, max_length=200)] | None = None
    """The first admin key of an empty store, with at least 32 characters. By default it is random and printed once."""
    key_cache_seconds: Annotated[float, Field(ge=0, le=300)] = 5.0
    """Seconds for which each worker process caches a valid key: a revoked key may still work for as long."""
    rate_limit: Annotated[int, Field(ge=0, le=10_000_000)] = 60_000
    """Requests per minute that each worker process accepts from one API key; 0 for no limit."""
    wrong_key_limit: Annotated[int, Field(ge=0, le=10_000_000)] = 60
    """Wrong API keys per minute from one client address before each worker process answers 429; 0 for no limit."""
    answer_rate_limit: Annotated[int, Field(ge=0, le=10_000_000)] = 120
    """Requests per minute that each worker process accepts from one client address without a key; 0 for no limit."""

    body_limit: Annotated[int, Field(ge=1_024, le=1_073_741_824)] = 4_194_304
    """Maximum bytes of a request body after decompression. A batch is a stream: only its lines are limited."""
    line_limit: Annotated[int, Field(ge=1_024, le=67_108_864)] = 4_194_304
    """Maximum bytes of one line of a batch."""
    header_limit: Annotated[int, Field(ge=1_024, le=1_048_576)] = 32_768
    """Maximum bytes of the request line and all headers together."""
    header_timeout: Annotated[float, Field(gt=0, le=300)] = 10.0
    """Seconds within which a client must send its headers."""
    body_timeout: Annotated[float, Field(gt=0, le=3600)] = 30.0
    """Seconds a client may pause while sending a body; that it waits for results of its batch is no pause."""

    default_region: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] = "GB"
    """Country (ISO 3166-1 alpha-2) assumed for phone numbers without a country code."""
    values_of_nobody: list[str] = []
    """More numbers, addresses and identities of nobody, as a JSON list: `["*@till.example", "till:17"]`."""
    sample: bool = True
    """Fill an empty store with the sample shop on the first start of `make run`."""
    log_level: Annotated[str, StringConstraints(pattern=r"^(DEBUG|INFO|WARNING|ERROR)$")] = "INFO"
    """Minimum level of log lines, which are JSON on standard error. DEBUG logs every request."""
    api_key: SecretStr | None = None
    """API key that `rapport import` sends."""


@cache
def settings() -> Settings:
    return Settings()

"""Timestamps as the API writes them."""

from datetime import UTC, datetime


def format_timestamp(timestamp: datetime) -> str:
    """RFC 3339 in UTC with microseconds, just as the database writes them in its JSON."""
    return timestamp.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

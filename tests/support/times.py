"""Timestamps beside the start of the tests' clock, and as the service writes them."""

from datetime import datetime, timedelta

from tests.support.application import TestClock

START = TestClock.START
NOW = "2026-03-02T09:00:00.000000Z"
"""The start as the service writes it."""


def formatted(timestamp: datetime) -> str:
    return timestamp.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def ago(**span: float) -> str:
    return formatted(START - timedelta(**span))


def days_ago(days: float) -> datetime:
    return START - timedelta(days=days)

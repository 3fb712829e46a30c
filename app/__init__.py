"""Rapport: a headless customer relationship service."""

__version__ = "0.3.0"

"""Rapport: a headless customer relationship service."""

__version__ = "0.1.0"

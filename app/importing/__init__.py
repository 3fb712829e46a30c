"""Imports files into a running service over its API; uses neither the database nor the web framework."""

from app.importing.importer import run
from app.importing.options import Counts, ImportFailed, ImportOptions, Progress

__all__ = ["Counts", "ImportFailed", "ImportOptions", "Progress", "run"]

"""Files into a running Rapport service, over its API. Knows no database and no framework."""

from app.importing.importer import run
from app.importing.options import Counts, ImportFailed, ImportOptions, Progress

__all__ = ["Counts", "ImportFailed", "ImportOptions", "Progress", "run"]

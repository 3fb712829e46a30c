"""The tables, imported together so that the metadata is complete."""

from importlib import import_module
from pkgutil import walk_packages

from app.models.kit.columns import metadata

__all__ = ["metadata"]

for _module in walk_packages(__path__, f"{__name__}."):
    import_module(_module.name)

"""Where the classifier's model comes from: the city's own file, or the one that is shipped for the shipped catalog.

Each is a small object that reads its file when the first text is judged, in the process that judges it; until then nothing is imported. The
shipped model is used only for the catalog that it was made from. A catalog that differs in one word is fitted anew, which takes about
a second a process (``intake311 train`` without data makes a file of it).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from config.settings import SHIPPED_MODEL

if TYPE_CHECKING:
    from normalizer.catalog import Catalog
    from normalizer.classify.linear import Linear


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A model in a file. Calling it reads it, once a process, and raises ModelRefused or OSError."""

    path: Path

    def __call__(self) -> Linear:
        return _read(self.path)


@dataclass(frozen=True, slots=True)
class CatalogModel:
    """The model of a catalog: the shipped one where it fits, else fitted."""

    catalog: Catalog

    def __call__(self) -> Linear:
        kept = _catalogs.get(id(self.catalog))
        if kept is None or kept[0] is not self.catalog:
            kept = _catalogs[id(self.catalog)] = (self.catalog, _of_catalog(self.catalog))
        return kept[1]


_catalogs: dict[int, tuple[Catalog, Linear]] = {}
"""By the identity of the catalog, which is kept so that no other one takes its place in memory."""


def mark(path: Path) -> str | None:
    """Why a file is no model that this release reads, by its first bytes, its size and its digest; None where it may be one."""
    from normalizer.classify._container import ModelRefused, opened

    try:
        opened(path.read_bytes())
    except OSError as error:
        return error.strerror or type(error).__name__
    except ModelRefused as error:
        return str(error)
    return None


@lru_cache(maxsize=16)
def _read(path: Path) -> Linear:
    from normalizer.classify import packing

    return packing.load(path.read_bytes())


def _of_catalog(catalog: Catalog) -> Linear:
    from normalizer.classify import fitting, packing
    from normalizer.classify.judge import fitted

    try:
        shipped = packing.load(SHIPPED_MODEL.read_bytes())
    except (OSError, packing.ModelRefused):
        return fitted(catalog)
    return shipped if shipped.card.get("catalog") == fitting.digest(catalog) else fitted(catalog)

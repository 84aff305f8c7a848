"""The gazetteer of a configuration, read at its first use: by the process that readers are forked from, so that they share it."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import structlog

from gateway.gazetteer import reading
from normalizer.locate.areas import NEAR
from normalizer.locate.reading import CityGazetteer
from normalizer.model import LocationCandidate
from normalizer.ports import Standing

_log = structlog.get_logger("gateway.gazetteer")


class LazyGazetteer:
    """Implements :class:`normalizer.ports.Gazetteer`; the files are read by :meth:`load`, or at the first question.

    A file that cannot be read any more when it is needed leaves the gateway without a gazetteer, and the log says so as an error: a message
    is worth more than its position.
    """

    def __init__(self, files: Sequence[Path], areas: Mapping[str, Path], near: float = NEAR) -> None:
        self._files, self._areas, self._near = tuple(files), dict(areas), near
        self._found: CityGazetteer | None = None
        self._failed = False

    def load(self) -> CityGazetteer | None:
        """The gazetteer, read now where it is not yet; None where it cannot be."""
        if self._found is None and not self._failed:
            started = time.perf_counter()
            try:
                collected = reading.read(self._files, self._areas)
            except reading.GazetteerError as error:
                self._failed = True
                _log.error("no gazetteer: places are read without it", reason=str(error))
                return None
            self._found = CityGazetteer(collected.build(self._near))
            seconds = round(time.perf_counter() - started, 2)
            _log.info("gazetteer read", streets=len(self._found.city.streets), seconds=seconds, **collected.counts)
        return self._found

    def lookup(self, text: str) -> Sequence[LocationCandidate]:
        """Candidates for places named in ``text`` (see the port)."""
        found = self.load()
        return found.lookup(text) if found is not None else ()

    def standing(self, lat: float, long: float) -> Sequence[Standing]:
        """The areas that a position lies in (see the port)."""
        found = self.load()
        return found.standing(lat, long) if found is not None else ()

"""How the contract's tests build this channel's adapters. Anybody with a key may post: there is no provider that signs."""

from __future__ import annotations

from channels.open311.georeport import Georeport, Settings, build


def georeport() -> Georeport:
    return build("open311", Settings.model_validate({"type": "open311.georeport", "wait": 0, "media_hosts": ["photos.example.org"]}))


ADAPTERS = {"open311.georeport": georeport}

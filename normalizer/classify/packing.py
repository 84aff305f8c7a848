"""A model as a file's bytes, and back: the arrays behind the header of ``_container.py``.

Nothing in it is code: a model file from a stranger can be wrong, but it can do nothing. What does not fit in every respect is refused with
:class:`ModelRefused`: another version, a wrong digest, sizes that do not add up, numbers that are none.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from normalizer.classify import features
from normalizer.classify._container import ModelRefused, closed, opened
from normalizer.classify.linear import Linear

__all__ = ["ModelRefused", "dump", "load"]

_SERVICES = 2_000
_TYPES = {"buckets": "<i4", "rarity": "<f4", "weights": "|i1", "factors": "<f4", "bias": "<f4", "mix": "<f4"}


def dump(model: Linear) -> bytes:
    """The model as a file's bytes."""
    parts: list[bytes] = []
    described = _describe(model, parts)
    return closed({"model": described, "card": model.card}, b"".join(parts))


def load(data: bytes) -> Linear:
    """The model in a file's bytes. Raises ModelRefused."""
    header, body = opened(data)
    model, used = _model(header.get("model"), memoryview(body), 0)
    if used != len(body):
        raise ModelRefused("it is longer than its header says")
    card = header.get("card")
    model.card = card if isinstance(card, dict) else {}
    return model


def _describe(model: Linear, parts: list[bytes]) -> dict[str, Any]:
    arrays = ("buckets", "rarity", "weights", "factors", "bias")
    parts += [np.ascontiguousarray(getattr(model, name), _TYPES[name]).tobytes() for name in arrays]
    described: dict[str, Any] = {
        "codes": list(model.codes),
        "features": len(model.buckets),
        "bits": features.BITS,
        "unmet": float(model.unmet),
        "temperature": float(model.temperature),
        "slope": float(model.slope),
        "shift": float(model.shift),
        "threshold": float(model.threshold),
    }
    if model.base is not None and model.mix is not None:
        parts.append(np.ascontiguousarray(model.mix, _TYPES["mix"]).tobytes())
        described["base"] = _describe(model.base, parts)
    return described


def _model(described: Any, body: memoryview, at: int, depth: int = 0) -> tuple[Linear, int]:
    if not isinstance(described, dict) or depth > 1:
        raise ModelRefused("its header does not describe a model")
    codes, count = described.get("codes"), described.get("features")
    if not isinstance(codes, list) or not 0 < len(codes) <= _SERVICES or len(set(map(str, codes))) != len(codes):
        raise ModelRefused("its services are none, too many, or stand twice")
    if not all(isinstance(code, str) and 0 < len(code) <= 200 for code in codes):
        raise ModelRefused("a service's code is no text")
    if type(count) is not int or not 0 <= count <= features.WIDTH or described.get("bits") != features.BITS:
        raise ModelRefused("its features are not those of this release")
    arrays: dict[str, Any] = {}
    for name, shape in (
        ("buckets", (count,)),
        ("rarity", (count,)),
        ("weights", (count, len(codes))),
        ("factors", (count,)),
        ("bias", (len(codes),)),
    ):
        arrays[name], at = _array(name, shape, body, at)
    buckets = arrays["buckets"]
    if count and (buckets[0] < 0 or buckets[-1] >= features.WIDTH or (np.diff(buckets) <= 0).any()):
        raise ModelRefused("its features are not in order")
    model = Linear(
        codes=tuple(codes),
        unmet=_number(described, "unmet", 100.0),
        temperature=_number(described, "temperature", 1000.0),
        slope=_number(described, "slope", 100.0),
        shift=_number(described, "shift", 100.0, -100.0),
        threshold=_number(described, "threshold", 1.01),
        **arrays,
    )
    if "base" in described:
        base = described["base"]
        width = len(base["codes"]) if isinstance(base, dict) and isinstance(base.get("codes"), list) else 0
        model.mix, at = _array("mix", (width, len(codes)), body, at)
        model.base, at = _model(base, body, at, depth + 1)
    return model, at


def _array(name: str, shape: tuple[int, ...], body: memoryview, at: int) -> tuple[Any, int]:
    kind = np.dtype(_TYPES[name])
    size = int(np.prod(shape, dtype=np.int64)) * kind.itemsize
    if size > len(body) - at:
        raise ModelRefused("it is shorter than its header says")
    array = np.frombuffer(body[at : at + size], kind).reshape(shape)
    if kind.kind == "f" and not bool(np.isfinite(array).all()):
        raise ModelRefused("it has numbers that are none")
    return array, at + size


def _number(described: dict[str, Any], name: str, most: float, least: float = 0.0) -> float:
    value = described.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool) or not least <= value <= most:
        raise ModelRefused(f"its {name} is out of range")
    return float(value)

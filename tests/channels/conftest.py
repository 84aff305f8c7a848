"""Properties are tried the same way on every machine: no clock decides, and the same examples each time."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile("same-everywhere", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("same-everywhere")

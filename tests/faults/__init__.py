"""Programs that break a running gateway many times over, with a seed and figures; `make faults` runs them, docs/reliability.md quotes them."""

"""Programs that break a running gateway many times over, with a seed and figures that docs/reliability.md quotes."""

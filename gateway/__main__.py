"""``python -m gateway`` is ``intake311``."""

from __future__ import annotations

from gateway.cli import main

if __name__ == "__main__":
    main()

"""What an operator edits, and the modules that read it; this package imports none of the others.

Read in this order: ``intake311.toml`` (the annotated default), ``catalog.toml`` (the services), :mod:`config.settings` (every setting,
its default and what it means), then how they are read: :mod:`config.environment`, :mod:`config.tables`, :mod:`config.words`,
:mod:`config.types`.
"""

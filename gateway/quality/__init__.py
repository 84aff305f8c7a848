"""How good the understanding is: one module for each kind of ``intake311 evaluate KIND``, each with ``evaluate(path, options)``."""

"""The machine: everything with side effects, and the only place that knows all the parts.

Read in this order: ``app`` (the process that accepts), ``intake`` (accept), ``processing`` and ``worker`` (what becomes of a message),
``readers`` (reading in processes of their own), ``store`` (tables and repositories), ``outbox``, ``dispatch`` and ``sinks`` (the roads
out), ``wiring`` (configuration into parts), ``web`` (what is served over HTTP), ``cli`` (``intake311``).
"""

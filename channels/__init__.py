"""The roads in: one folder per channel, one module per adapter; the module's path is its type (``email.smtp``).

Read :mod:`channels.base` first (the contract), then the smallest adapter, ``api/message.py``, then the one you need. Modules whose names
begin with an underscore are shared by adapters and are none themselves. A channel never imports another one, nor ``gateway``, nor
``config``.
"""

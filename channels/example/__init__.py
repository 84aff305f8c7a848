"""A complete tiny channel, made to be copied: ``note.py`` is all of it, ``tests/channels/example/`` are its tests.

To make a channel of your own:

1. Copy ``channels/example/`` to ``channels/<channel>/`` and name the module after the service: ``channels/fax/machine.py`` is what
   ``type = "fax.machine"`` means. There is no list to add it to. (One name is added to the contract ``channels-apart`` in
   pyproject.toml; a test reminds you.)
2. Say in ``Settings`` what an operator must know, in ``_read`` whom to believe, in ``translate`` what the bytes mean.
3. Copy ``tests/channels/example/`` and put two captured messages into ``cases/``, each with a TOML file that says what is expected.

A channel that opens a port is a ``Listener`` and one that asks a service is a ``Poller``: see ``channels/base.py``.
"""

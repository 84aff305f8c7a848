"""A complete tiny channel, made to be copied: ``note.py`` is all of it, ``tests/channels/example/`` and its page in ``docs`` the rest.

Three files make a channel: the module (``channels/fax/machine.py`` is what ``type = "fax.machine"`` means; there is no list to add it to),
``tests/channels/<channel>/adapters.py`` with captured messages in ``cases/<adapter>/``, and the page ``docs/channels/<type>.md``.
``docs/guide-new-channel.md`` goes through it step by step.

A channel that opens a port is a ``Listener`` and one that asks a service is a ``Poller``: see ``channels/base.py``.
"""

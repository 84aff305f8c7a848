"""The core: what a message is, and how it is understood, without input or output.

Read in this order:

``model.py``      the canonical objects that everybody shares
``catalog.py``    the services that the classifier chooses from
``ports.py``      what a stage may ask of the world, as Protocols
``pipeline.py``   the stages and their order
``words.py``      the folded words of a text, read once and shared by the stages

then the stages, each a module or package with a function ``stage(batch, context)`` (``correlate`` and ``dedupe`` also take what is known):
``clean``, ``language.py``, ``identify.py``, ``screen.py``, ``draft.py``, ``classify``, ``locate``, ``split.py``,
``redact.py``, ``correlate.py``, ``dedupe``.
``merge.py`` says what a request becomes that a later message completes.

Nothing here reads a clock, a disk, a network or the environment: the same message, configuration and neighbours give the same answer,
which is what makes replay possible.
"""

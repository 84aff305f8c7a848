"""Calls: an agent's call log, transcripts from wherever they are made, and spoken intake on a number of the city's own.

Read ``call_pad.py`` (with ``_pad.py``) first. ``transcript.py`` and ``voice.py`` name at their beginning the modules behind them, in the
order in which to read them.
"""

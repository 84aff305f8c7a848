"""Messages that come as files: a city's history, an export, a folder of mails, a transcript.

Read ``files.py`` first (what is yielded, and the adapter), then ``_sniff.py`` (which kind of file), ``_walk.py`` (folders and
Maildirs), ``_mbox.py``, ``_rows.py`` with ``_headings.py`` and ``_mapping.py`` (CSV and JSON Lines into the shape of the JSON message),
``_open311.py`` (lists of Open311 servers) and ``_text.py`` (bytes to text).
"""

"""The roads out: one module per system that requests are delivered to.

Read base.py first (the contract), then store.py and webhook.py (the smallest and the plainest), jsonl.py, and open311.py with
_georeport.py (a system that gives tokens and cannot tell a repeat). _event.py is the envelope and _http.py the manners that several share.
"""

"""Open311 GeoReport v2 as a road in: ``POST /requests`` by apps and other cities' systems, and the tokens that it answers with.

``georeport.py``    the adapter
``submission.py``   what a POST must hold, and what it says
``answers.py``      XML and JSON as the specification writes them; the gateway's reading side uses it too
"""

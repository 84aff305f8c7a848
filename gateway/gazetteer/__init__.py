"""The city's gazetteer on disk: what a city publishes (GeoJSON, CSV) becomes what the core looks places up in.

``fields.py``    which property or column means what, in English and French
``reading.py``   files into a :class:`normalizer.locate.city.Builder`
``compiled.py``  one file that holds it all and loads quickly: ``intake311 gazetteer import``
``lazy.py``      the gazetteer of a configuration, read at its first use

A gazetteer is given at run time and never shipped: cities' and OpenStreetMap's data have licences of their own.
"""

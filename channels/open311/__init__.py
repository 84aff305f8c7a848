"""Open311 GeoReport v2 as a road in: ``POST /requests`` by apps and other cities' systems."""

"""What the gateway itself serves over HTTP (the providers' webhooks are in ``channels/``).

middleware  what holds for every route: errors, limits, headers
health      probes and metrics
intake_api  any system's JSON message
keys        who may use the API
server      puts them together
"""

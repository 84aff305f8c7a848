"""Messages that another system hands over as JSON; ``message.py`` is the adapter."""

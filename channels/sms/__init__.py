"""Text messages: SMS, MMS and WhatsApp.

Read ``twilio.py`` first (the adapter), then ``_form.py`` (what the form may look like), ``_commands.py`` (STOP, START, HELP),
``_reading.py`` (fields to message) and ``_media.py`` (where pictures may be fetched from).
"""

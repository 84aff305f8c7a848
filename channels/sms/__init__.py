"""Text messages: SMS, MMS and WhatsApp.

Read ``twilio.py`` first (the adapter), then ``_form.py`` (what the form may look like), ``_commands.py`` (STOP, START, HELP),
``_parts.py`` (what belongs to what was written before) and ``_reading.py`` (fields to message); for what goes out ``_api.py`` (Twilio's
REST API), ``_media.py`` (where pictures may be fetched from), ``_gsm.py`` (how long a text is), ``_replies.py`` and ``_account.py``.
"""

"""Mail: the adapters by which it comes, and the one reader of what came.

``smtp.py`` takes it over SMTP and LMTP (its parts: ``_smtp_*.py``, ``_source_id.py``; ``_dkim.py`` checks signatures on the way in,
``_canary.py`` sends the gateway a mail). ``reference.py`` makes and reads the signed references by which answers find their request;
``_trust.py`` has the settings that say what an adapter believes. Every adapter hands the bytes, unaltered, to
``mime.translate``, which reads them in this order::

    mime        the message as a whole: who, when, to whom, which thread; notes on what was odd
    _headers    the header block and its fields          _words     encoded words and 8-bit text in them
    _address    From, To, Cc, Reply-To                   _params    Content-Type, Content-Disposition and their parameters
    _date       the Date header                          _auto      automatic answers
    _bounce     whom a mail did not reach, and why       _authres   what trusted servers found out about its origin
    _tree       the body parts and where they lie        _content   which of them is the text, which are files
    _transfer   base64, quoted-printable, uuencode       _charset   bytes to text
    _html       HTML to text                             _plain     flowed lines, PGP armour
    _files      names and digests of attachments         _sniff     what the bytes are
    _tnef, _rtf winmail.dat                              _smime     signed messages in one file
    _calendar   invitations                              _bounds    how much of all this is read at most

``docs/mail.md`` says what becomes of what, ``docs/decisions/0004-mail-parser.md`` why the reader is our own.
"""

"""The public form: pages that a resident fills in, with or without JavaScript.

Read them in this order: ``form.py`` (settings, routes, the stored document), ``_pages.py`` (what each address answers), ``_answers.py``
(what a resident may say and what is wrong with it), ``_upload.py`` (a body as it comes in), ``_look.py`` (templates, styles and words),
``_proof.py`` (signed tokens), ``_limits.py`` (rates), ``_reading.py`` (the canonical message). ``locale/`` has the words of each
language, ``templates/`` and ``static/`` the pages.
"""

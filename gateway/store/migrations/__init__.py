"""The schema's history, as Alembic revisions that ship with the program.

``run.py`` starts Alembic without a file of settings; ``env.py`` connects it; ``versions/`` has one module a revision, each saying
separately what it changes in the inbox and in the main database.
"""

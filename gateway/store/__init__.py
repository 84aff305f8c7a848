"""What is kept, and how: one module an aggregate, over SQLite (two files) or PostgreSQL.

location, engine, sqlite    where the store lies and how it is opened
tables, schema, migrations  the tables, their version, and how they come to be
inbox, stored, claims       messages as they arrived: appended, read back, claimed by a worker
known, outcome, parties     what a batch may relate to, and what it became, in one transaction
messages, requests          the canonical objects, read
deliveries                  the outbox
history, ledger             the hash-chained events, and the books
blobs                       large bodies and attachments, by SHA-256
writer, transactions        one writing thread, one commit for all that waits
"""

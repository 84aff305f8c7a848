"""The replies that more than one place gives, and which error becomes which reply.

Codes are RFC 5321's and RFC 3463's. Of what can go wrong, only a message that is over the size or not for us is refused for good;
whatever else happens is ours to repair, so the sender is told to come again.
"""

from __future__ import annotations

import errno

from channels.base import NotForUs, RateLimited, StoreBusy, TooLarge

BUSY = b"451 4.3.0 Temporary failure, try again later"
FULL = b"452 4.3.1 Insufficient system storage"
SLOW_DOWN = b"450 4.7.1 Too many messages, slow down"
TOO_LARGE = b"552 5.3.4 Message size exceeds the limit"
STOPPING = b"421 4.3.2 Service is stopping, try again later"
ACCEPTED = b"250 2.0.0 Ok: stored as "

_NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class Hangup(Exception):
    """The session ends, after ``reply`` (nothing is said where it is empty)."""

    def __init__(self, reply: bytes = b"") -> None:
        super().__init__()
        self.reply = reply


def reply_to_error(error: BaseException) -> bytes:
    """The reply to the end of data when the message was not stored because of ``error``."""
    if isinstance(error, TooLarge):
        return TOO_LARGE
    if isinstance(error, NotForUs):
        return b"550 5.1.1 No such recipient here"
    if isinstance(error, RateLimited):
        return SLOW_DOWN
    if (isinstance(error, StoreBusy) and error.full) or (isinstance(error, OSError) and error.errno in _NO_SPACE):
        return FULL
    return BUSY

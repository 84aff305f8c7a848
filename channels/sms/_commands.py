"""The words by which a person steers the conversation itself: stop, start, help.

They are kept like every message and open no request. Twilio acts on the English ones by itself and on others where the city has set up
its Advanced Opt-Out, which then says so in ``OptOutType`` (twilio.com/docs/messaging/tutorials/advanced-opt-out). ``YES`` and ``OUI``
are left out although Twilio takes YES for START: they answer our own questions.
"""

from __future__ import annotations

import unicodedata
from typing import Literal

Command = Literal["stop", "start", "help"]

_COMMANDS: dict[Command, tuple[str, ...]] = {
    "stop": (
        "stop", "stopall", "stop all", "unsubscribe", "cancel", "end", "quit", "revoke", "optout", "opt out",
        "arret", "arrett", "arrete", "arreter", "desabonner", "desabonnement", "desinscrire",
    ),
    "start": ("start", "unstop", "commencer", "reprendre", "debut"),
    "help": ("help", "info", "aide"),
}  # fmt: skip
_WORDS: dict[str, Command] = {word: meaning for meaning, words in _COMMANDS.items() for word in words}


def command(text: str, opt_out_type: str = "") -> Command | None:
    """The command that the whole text is, or that Twilio recognised in it; None for everything else.

    Case, accents and a full stop do not matter (``Arrêt.``). ``HELP!`` is not a command: somebody may be in need of it.
    """
    given = opt_out_type.strip().lower()
    if given in ("stop", "start", "help"):
        return _WORDS[given]
    if len(text) > 40:
        return None
    folded = unicodedata.normalize("NFKD", text.casefold())
    word = " ".join("".join(char for char in folded if not unicodedata.combining(char)).split()).strip("\"'«»“” ")
    found = _WORDS.get(word.rstrip(". "))
    if found is None and _WORDS.get(word.rstrip(".! ")) in ("stop", "start"):
        return _WORDS[word.rstrip(".! ")]
    return found

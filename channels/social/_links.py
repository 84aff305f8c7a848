"""What a link in a post says: its words, and where it leads where the words do not tell."""

from __future__ import annotations


def written_out(href: str, said: str) -> str:
    """The link's address alone where its words are that address, whole or shortened; both where they are others.

    Networks show an address without its scheme and cut it (``openstreetmap.org/?mlat=45.5…``), and the end is what tells the place.
    """
    if not href.startswith(("https://", "http://")) or len(href) > 2_000 or not href.isprintable():
        return said
    words = said.strip().removesuffix("…").removesuffix("...").rpartition("://")[2]
    address = href.partition("://")[2]
    shortened = ("." in words or "/" in words) and address.removeprefix("www.").startswith(words.removeprefix("www."))
    return href if shortened or not words else f"{said} <{href}>"

"""Plain text parts: lines that a mail program broke are joined (RFC 3676), armour and uuencoded files are taken out."""

from __future__ import annotations

import re
from typing import Final

_PGP_SIGNED: Final = "-----BEGIN PGP SIGNED MESSAGE-----"
PGP_MESSAGE: Final = "-----BEGIN PGP MESSAGE-----"


def unflow(text: str, *, delsp: bool) -> str:
    """``format=flowed`` text with its paragraphs on one line each (RFC 3676 §4.1 to §4.5). Quotes keep ``> `` for each level."""
    out: list[str] = []
    open_depth = -1  # quote depth of a paragraph that goes on, -1 when none does
    for raw in text.split("\n"):
        content = raw.lstrip(">")
        depth = len(raw) - len(content)
        content = content.removeprefix(" ")  # §4.4: space-stuffing
        signature = content == "-- "  # §4.3: never flowed
        flowed = content.endswith(" ") and not signature
        if flowed and delsp:
            content = content[:-1]
        if open_depth == depth and not signature:
            out.append(content)
        else:
            if out:
                out.append("\n")
            out.append(("> " * min(depth, 10)) + content if depth else content)
        open_depth = depth if flowed else -1
    return "".join(out)


def without_armour(text: str) -> tuple[str, bool]:
    """Clear-signed PGP text without its armour (RFC 9580 §7), and whether there was any."""
    if _PGP_SIGNED not in text:
        return text, False
    before, _, rest = text.partition(_PGP_SIGNED)
    header, _, body = rest.partition("\n\n")
    if any(line and not line.startswith(("Hash:", "Charset:", "Comment:", "Version:")) for line in header.split("\n")):
        return text, False
    body, _, after = body.partition("-----BEGIN PGP SIGNATURE-----")
    tail = after.partition("-----END PGP SIGNATURE-----")[2]
    body = re.sub(r"^- ", "", body, flags=re.MULTILINE)
    return "\n".join(piece.strip("\n") for piece in (before, body, tail) if piece.strip()), True


def without_tags(text: str) -> str:
    """text/enriched (RFC 1896) without its commands; ``<<`` is a bracket."""
    text = re.sub(r"<param>[^<]{0,200}</param>", "", text.replace("<<", "\0"), flags=re.IGNORECASE)
    return re.sub(r"</?[a-zA-Z-]{1,60}>", "", text).replace("\0", "<")

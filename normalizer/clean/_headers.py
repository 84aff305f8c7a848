"""The headers of older mails as programs paste them: lines of fields, one line with all of them, or the table that Notes writes."""

from __future__ import annotations

from normalizer.clean import _lines


def read(lines: list[str], index: int) -> tuple[dict[str, str], int]:
    """The fields of the header block that begins at ``index``, each kind once, and the line after it; a field may run over two lines."""
    fields: dict[str, str] = {}
    end, last = index, ""
    for at in range(index, min(len(lines), index + 14)):
        line = lines[at]
        kind = _lines.field(line) if ":" in line or "：" in line else None
        if kind is not None:
            value = line.replace("：", ":", 1).partition(":")[2].strip(" \t*_")[: _lines.LINE_CAP]
            last = kind if kind not in fields else ""
            fields.setdefault(kind, value)
            end = at + 1
        elif not line.strip(" \t>|"):
            last = ""
            if end > index and not any(_lines.field(after) for after in lines[at + 1 : at + 2]):
                break
        elif last and line[:1] in " \t":
            fields[last] = f"{fields[last]} {line.strip()}".strip()
            end = at + 1
        elif end > index:
            break
    return {kind: value for kind, value in fields.items() if value}, end


def begins(lines: list[str], index: int) -> bool:
    """True when the lines from here on are a pasted header: From, with two other fields of which one is a subject or names an address.

    People write ``From:`` and ``To:`` too, of streets and of days; they write neither ``Subject:`` nor an address beside these.
    """
    kinds: set[str] = set()
    address = sent = False
    blank = 0
    for line in lines[index : index + 14]:
        if not line.strip(" \t>|"):
            blank += 1
            if blank > 1 or len(kinds) > 2:
                break
            continue
        kind = _lines.field(line) if ":" in line or "：" in line else None
        if kind is None and ((len(kinds) > 1 and blank) or not kinds):
            break
        if kind is not None:
            address = address or (kind in ("from", "to", "cc") and "@" in line)
            sent = sent or kind == "sent"
            kinds.add("date" if kind == "sent" else kind)
            blank = 0
        else:
            address = address or ("@" in line and kinds <= {"from", "date", "to", "cc"})
    if "from" not in kinds:
        return False
    if sent and len(kinds) >= 2:
        return True
    if address:
        return bool(kinds & {"date", "subject", "to"})
    return "subject" in kinds and (len(kinds) >= 3 or _drawnabove(lines, index))


def _drawnabove(lines: list[str], index: int) -> bool:
    return above(lines, index, 0) < index


def above(lines: list[str], index: int, start: int) -> int:
    """The first line of a boundary: a drawn line or a divider just above a header block belongs to it."""
    first = index
    for at in range(index - 1, max(start, index - 4) - 1, -1):
        line = lines[at]
        if not line.strip():
            continue
        if _lines.rule(line) or _lines.divider(line):
            first = at
            continue
        break
    return first


def on_one_line(bare: str) -> bool:
    """``From: … Sent: … To: … Subject: …`` on one line, as some converters of HTML write it."""
    kinds = _lines.fields_in(bare)
    return len(kinds) >= 3 and bool(kinds & {"sent", "date"}) and ("@" in bare or "subject" in kinds)


_LOTUS_TO = frozenset(("To", "A", "À", "An", "Pour", "Para", "Per", "Aan", "Till", "Til"))
_LOTUS_SUBJECT = frozenset(("Subject", "Objet", "Betreff", "Thema", "Asunto", "Oggetto", "Onderwerp", "Assunto", "Ämne", "Emne"))


def table(lines: list[str], index: int) -> bool:
    """Notes writes a table: the labels To, cc and Subject each on a line of its own, below the writer and the date."""
    if lines[index].strip(" \t|") not in _LOTUS_TO:
        return False
    below = [line.strip(" \t|") for line in lines[index + 1 : index + 10]]
    return bool(_LOTUS_SUBJECT.intersection(below))


def table_start(lines: list[str], index: int, start: int) -> int:
    """The line of the writer above the labels: the date, and one line above it."""
    first, seen = index, 0
    for at in range(index - 1, max(start, index - 6) - 1, -1):
        bare = lines[at].strip()
        if not bare:
            if seen > 1:
                break
            continue
        if len(bare) > 120 or seen == 3:
            break
        seen += 1
        if any(map(str.isdigit, bare)) and (":" in bare or "/" in bare):
            first = at
        elif first < index or "@" in bare:
            first = at
            break
    return first

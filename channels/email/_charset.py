"""Bytes to text: the charset that was declared, and what to do when it is missing, unknown or wrong.

The order is: the declared charset if its name is known and every byte fits; UTF-8 if every byte fits; the declared one when nearly
everything fits; Western text by its letters; a detector; windows-1252, which reads any byte. UTF-8 wins over a declared one-byte
charset when the bytes are well-formed UTF-8, because text of another charset practically never is.

Labels are looked up in a closed list, never in Python's codec registry, where ``rot13``, ``idna`` and ``zip`` live too.
"""

from __future__ import annotations

import codecs
import re
from functools import lru_cache
from typing import Final

_SAME: Final = {
    # Python's own names of text codecs that mail is written in.
    *("utf_8", "utf_7", "utf_16", "utf_16_le", "utf_16_be", "utf_32", "utf_32_le", "utf_32_be", "gb18030", "hz", "big5hkscs", "cp949"),
    *("johab", "cp932", "euc_jp", "euc_jis_2004", "iso2022_jp", "iso2022_kr", "koi8_r", "koi8_u", "koi8_t", "kz1048", "ptcp154"),
    *("mac_roman", "mac_cyrillic", "mac_greek", "mac_turkish", "mac_latin2", "mac_iceland", "mac_croatian", "mac_romanian"),
    *(f"cp{n}" for n in (437, 720, 737, 775, 850, 852, 855, 857, 858, 860, 861, 862, 863, 864, 865, 866, 869, 874, 1006, 1125)),
    *(f"cp{n}" for n in range(1250, 1259)),
    *(f"iso8859_{n}" for n in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)),
}
_ALIASES: Final = {
    # WHATWG Encoding §4.2 reads these as their Windows supersets, and so does all mail software.
    "iso8859_1": "cp1252", "latin1": "cp1252", "latin_1": "cp1252", "l1": "cp1252", "8859_1": "cp1252", "iso_ir_100": "cp1252",
    "ansi": "cp1252", "windows_ansi": "cp1252", "iso8859_1_windows_latin_1": "cp1252", "cp819": "cp1252", "ibm819": "cp1252",
    "iso8859_9": "cp1254", "latin5": "cp1254", "l5": "cp1254", "iso8859_11": "cp874", "tis_620": "cp874", "tis620": "cp874",
    "iso8859_8_i": "cp1255", "iso8859_8_e": "cp1255", "logical": "cp1255", "iso8859_6_i": "iso8859_6", "iso8859_6_e": "iso8859_6",
    "latin2": "iso8859_2", "l2": "iso8859_2", "latin3": "iso8859_3", "latin4": "iso8859_4", "cyrillic": "iso8859_5",
    "arabic": "iso8859_6", "greek": "iso8859_7", "hebrew": "cp1255", "latin6": "iso8859_10", "latin7": "iso8859_13",
    "latin8": "iso8859_14", "latin9": "iso8859_15", "latin_9": "iso8859_15", "latin10": "iso8859_16", "8859_15": "iso8859_15",
    "utf8": "utf_8", "utf8mb4": "utf_8", "utf_8mb4": "utf_8", "unicode_1_1_utf_8": "utf_8", "cp65001": "utf_8", "utf_8utf_8": "utf_8",
    "utf": "utf_8", "utf_8_sig": "utf_8", "x_utf_8": "utf_8", "utf_8_mac": "utf_8",
    "utf7": "utf_7", "unicode_1_1_utf_7": "utf_7", "unicode_2_0_utf_7": "utf_7", "x_unicode_2_0_utf_7": "utf_7", "cp65000": "utf_7",
    "utf16": "utf_16", "utf16le": "utf_16_le", "utf16be": "utf_16_be", "utf_16le": "utf_16_le", "utf_16be": "utf_16_be",
    "ucs_2": "utf_16", "iso_10646_ucs_2": "utf_16", "unicode": "utf_16", "unicodefffe": "utf_16_be", "utf32": "utf_32", "ucs_4": "utf_32",
    # The declared repertoire is a subset; senders use the superset.
    "gb2312": "gb18030", "gb_2312_80": "gb18030", "gb2312_80": "gb18030", "csgb2312": "gb18030", "euc_cn": "gb18030", "gbk": "gb18030",
    "x_gbk": "gb18030", "cp936": "gb18030", "ms936": "gb18030", "windows_936": "gb18030", "chinese": "gb18030", "x_cp20936": "gb18030",
    "csiso58gb231280": "gb18030", "iso_ir_58": "gb18030", "gb_2312": "gb18030", "hz_gb_2312": "hz", "hz_gb2312": "hz",
    "big5": "big5hkscs", "big5_hkscs": "big5hkscs", "cn_big5": "big5hkscs", "csbig5": "big5hkscs", "x_x_big5": "big5hkscs",
    "cp950": "big5hkscs", "windows_950": "big5hkscs", "big5_eten": "big5hkscs", "big5_tw": "big5hkscs",
    "ks_c_5601_1987": "cp949", "ks_c_5601": "cp949", "ks_c_5601_1989": "cp949", "ksc5601": "cp949", "ksc_5601": "cp949",
    "euc_kr": "cp949", "euckr": "cp949", "korean": "cp949", "windows_949": "cp949", "uhc": "cp949", "cseuckr": "cp949",
    "ks_x_1001": "cp949", "iso_ir_149": "cp949", "5601": "cp949", "iso_2022_kr": "iso2022_kr", "csiso2022kr": "iso2022_kr",
    "shift_jis": "cp932", "sjis": "cp932", "x_sjis": "cp932", "ms_kanji": "cp932", "windows_31j": "cp932", "csshiftjis": "cp932",
    "shiftjis": "cp932", "windows_932": "cp932", "ms932": "cp932", "shift_jisx0213": "cp932", "shift_jis_2004": "cp932",
    "eucjp": "euc_jp", "x_euc_jp": "euc_jp", "x_euc": "euc_jp", "cseucpkdfmtjapanese": "euc_jp", "eucjp_ms": "euc_jp",
    "iso_2022_jp": "iso2022_jp", "csiso2022jp": "iso2022_jp", "iso_2022_jp_1": "iso2022_jp", "iso_2022_jp_2": "iso2022_jp",
    "iso_2022_jp_3": "iso2022_jp", "iso_2022_jp_2004": "iso2022_jp", "iso_2022_jp_ext": "iso2022_jp", "iso_2022_jp_ms": "iso2022_jp",
    "cp50220": "iso2022_jp", "cp50221": "iso2022_jp", "cp50222": "iso2022_jp", "jis": "iso2022_jp", "x_jis": "iso2022_jp",
    "koi8": "koi8_r", "koi": "koi8_r", "cskoi8r": "koi8_r", "koi8_ru": "koi8_u", "koi8r": "koi8_r", "koi8u": "koi8_u",
    "mac": "mac_roman", "macintosh": "mac_roman", "x_macintosh": "mac_roman", "macroman": "mac_roman", "x_mac": "mac_roman",
    "mac_ce": "mac_latin2", "mac_centraleurroman": "mac_latin2", "mac_centraleurope": "mac_latin2", "maccyrillic": "mac_cyrillic",
    "mac_ukrainian": "mac_cyrillic", "macgreek": "mac_greek", "macturkish": "mac_turkish", "mac_roman": "mac_roman",
    "dos_874": "cp874", "windows_874": "cp874", "ibm_thai": "cp874", "ptcp154": "ptcp154", "win": "cp1252", "pc8": "cp437",
    "pc_multilingual_850": "cp850", "latin_1_windows": "cp1252", "iso_ir_101": "iso8859_2", "iso_ir_144": "iso8859_5",
}  # fmt: skip
_UNDECLARED: Final = {
    # Labels that say nothing: 7-bit ASCII is what RFC 2046 §4.1.2 assumes, and 8-bit text under it is simply mislabelled.
    *("", "ascii", "us_ascii", "usascii", "us", "ansi_x3_4_1968", "ansi_x3_4_1986", "iso646_us", "iso_646_us", "iso_ir_6", "646"),
    *("x_ascii", "7bit", "8bit", "default", "unknown", "unknown_8bit", "x_unknown", "x_user_defined", "user_defined", "none", "null"),
    *("binary", "autodetect", "x_autodetect", "autodetect_all", "iso_8bit", "any", "charset", "text", "plain", "csascii", "ascii_8bit"),
    *("unspecified", "undefined", "other", "x_other", "not_specified", "standard", "generic"),
}  # fmt: skip
STATEFUL: Final = {"utf_7", "iso2022_jp", "iso2022_kr", "hz", "utf_16", "utf_16_le", "utf_16_be", "utf_32", "utf_32_le", "utf_32_be"}
"""Codecs in which ASCII bytes do not stand for themselves."""
_ONE_BYTE: Final = re.compile(r"(?:cp(?:125\d|\d{3}|1006|1125)|iso8859_\d+|koi8_.|mac_\w+|kz1048|ptcp154)\Z")
_CANDIDATES: Final = (
    *("cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258", "koi8-r", "koi8-u", "iso8859-2"),
    *("iso8859-5", "iso8859-7", "cp866", "cp874", "gb18030", "big5hkscs", "cp949", "cp932", "euc_jis_2004", "iso2022_jp_ext", "hz"),
)  # fmt: skip
_WESTERN: Final = frozenset("ÀÂÄÇÉÈÊËÎÏÔÖÙÛÜßàâäçéèêëîïôöùûüœŒÆæÿÑñáíóúÁÍÓÚãõÃÕåÅøØ¿¡«»°§©®™€£–—‘’“”„…•·½¼²³ºª\xa0´`¨")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_NOT_TEXT: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff]")
_C1: Final = re.compile(rb"\xc2[\x80-\x84\x86-\x9f]")
CONTROLS: Final = bytes(n for n in (*range(9), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F))
"""Bytes that no text needs: C0 without tab and line ends, and DEL."""
_DETECT: Final = 16_384
"""Bytes that the detector is given."""


@lru_cache(maxsize=512)
def codec_of(label: str) -> str | None:
    """The codec that reads text labelled ``label``: its Python name, ``""`` where the label says nothing, None where it is unknown."""
    name = re.sub(r"[^a-z0-9]+", "_", label.strip().lower()).strip("_").replace("iso_8859", "iso8859")
    if name.startswith("x_") and name[2:] not in ("ascii", "unknown"):
        name = name if name in _ALIASES else name[2:]
    if name.startswith("cs") and name[2:] in _ALIASES:
        name = name[2:]
    if name in _UNDECLARED:
        return ""
    if name in _ALIASES:
        return _ALIASES[name]
    if name in _SAME:
        return name
    if found := re.match(r"(?:iso8859_?|8859_)(\d{1,2})(?:_.*)?\Z", name):
        return codec_of("iso8859_" + found[1]) if "iso8859_" + found[1] != name else None
    if found := re.match(r"(?:windows|win|cp|ibm|ms|msdos|dos|microsoft_cp|oem)_?0*(\d{2,5})\Z", name):
        return codec_of("cp" + found[1]) if "cp" + found[1] != name else None
    if name.startswith(("utf_8_", "utf8_")):
        return "utf_8"
    return None


def decode(data: bytes, label: str | None = None, hint: str | None = None) -> tuple[str, str | None]:
    """``data`` as text, and in plain words what was wrong with ``label`` (None where nothing was).

    ``hint`` is a charset to try before guessing when ``label`` says nothing. Every line end becomes LF; the text has no control
    characters but tab and LF, no lone surrogates and no byte order marks.
    """
    codec = codec_of(label) if label else ""
    if codec in STATEFUL:
        text, note = _stateful(data, codec or "", label or "")
        return _line_ends(_NOT_TEXT.sub("", text)), note
    data = b"\n".join(data.splitlines()).translate(None, CONTROLS)  # bytes.splitlines knows CR, LF and CRLF and nothing else
    if data.isascii():
        return data.decode("ascii"), None if codec is not None else f"charset {label} unknown; the text is plain ASCII"
    if codec == "utf_8" and (decoded := _utf8(data)) is not None:
        return (decoded if b"\xef\xbb\xbf" not in data and _C1.search(data) is None else _NOT_TEXT.sub("", decoded)), None
    text, note = _declared(data, codec, label) if codec else _guess(data, hint, label)
    return _NOT_TEXT.sub("", text), note


def _line_ends(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def without_surrogates(text: str) -> str:
    """``text`` with every lone surrogate replaced, so that it can be written as UTF-8 and JSON."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return _SURROGATE.sub("\ufffd", text)
    return text


def clean(text: str) -> str:
    """``text`` of another origin than :func:`decode` with the same guarantees."""
    return without_surrogates(_line_ends(_NOT_TEXT.sub("", text)))


def _declared(data: bytes, codec: str, label: str | None) -> tuple[str, str | None]:
    if codec == "utf_8":
        return _broken_utf8(data)
    one_byte = _ONE_BYTE.match(codec) is not None
    if one_byte and (text := _utf8(data)) is not None and (_sequences(data) > 2 or (codec == "cp1252" and _usual(text))):
        return text, f"declared {label}, is UTF-8"
    try:
        return _strict(data, codec), None
    except UnicodeDecodeError:
        pass
    if (text := _utf8(data)) is not None:
        return text, f"declared {label}, is UTF-8"
    text = _strict(data, codec, "replace")
    if one_byte or text.count("\ufffd") <= 1 + len(text) // 100:
        return text, f"some bytes are not {label}"
    return _guess(data, None, label, wrong=True)


def _guess(data: bytes, hint: str | None, label: str | None, *, wrong: bool = False) -> tuple[str, str | None]:
    """Text without a usable label; the note says what it was read as."""
    told = "charset not declared, "
    if label and (wrong or codec_of(label) is None):
        told = f"{'wrong' if wrong else 'unknown'} charset {label}, "
    if not wrong and (text := _utf8(data)) is not None:
        return text, told + "read as UTF-8"
    hinted = codec_of(hint) if hint else None
    if hinted and hinted not in STATEFUL and hinted != "utf_8":
        try:
            return _strict(data, hinted), told + f"read as {hint}"
        except UnicodeDecodeError:
            pass
    western = data.decode("cp1252", "replace")
    if _looks_western(western):
        return western, told + "read as windows-1252"
    found = _detect(data)
    if found and found != "cp1252":
        try:
            return _strict(data, found), told + f"read as {found}"
        except UnicodeDecodeError:
            pass
    if _sequences(data) and (mixed := _broken_utf8(data)[0]).count("\ufffd") == 0:
        return mixed, told + "read as UTF-8 with some windows-1252"
    return western, told + "read as windows-1252"


def _usual(text: str) -> bool:
    """True when everything past ASCII is Latin, punctuation, East Asian or emoji: the bytes were meant as UTF-8, be they ever so few."""
    return all(c < "\u0250" or "\u2000" <= c < "\u2100" or c >= "\u2e80" for c in text)


def _looks_western(text: str) -> bool:
    """True when every character past ASCII is one that French, English, German, Spanish … use, and letters among them are few."""
    high = [c for c in text if c > "\x7f"]
    if not _WESTERN.issuperset(high):
        return False
    plain = sum(c.isalpha() for c in text) - len(high)
    return len(high) <= max(2, plain // 2)


def _detect(data: bytes) -> str | None:
    import chardet  # 0.1 s at first use; most mail needs none

    found = chardet.detect(data[:_DETECT], include_encodings=_CANDIDATES, compat_names=False)
    name, confidence = found["encoding"], found["confidence"] or 0.0
    return codec_of(name) if name and confidence > 0.03 else None


def _utf8(data: bytes) -> str | None:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return None


def _sequences(data: bytes) -> int:
    """How many well-formed UTF-8 sequences of two or more bytes there are (at most 3 are counted)."""
    count = 0
    for _ in re.finditer(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}", data[:65_536]):
        count += 1
        if count == 3:
            break
    return count


def _broken_utf8(data: bytes) -> tuple[str, str]:
    """Declared UTF-8 with bytes that are not: one-byte text if there is no sequence at all, else UTF-8 with those bytes as windows-1252."""
    if not _sequences(data):
        text, note = _guess(data, None, "utf-8", wrong=True)
        return text, note or ""
    return data.decode("utf-8", "intake311.cp1252"), "some bytes are not UTF-8, read as windows-1252"


def _one_byte(error: UnicodeError) -> tuple[str, int]:
    """Codec error handler: the offending bytes as windows-1252."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error("intake311.cp1252", _one_byte)


def _strict(data: bytes, codec: str, errors: str = "strict") -> str:
    if codec == "big5hkscs" and errors == "strict":
        try:
            return data.decode(codec)
        except UnicodeDecodeError:
            return data.decode("cp950")
    return data.decode(codec, errors)


def _stateful(data: bytes, codec: str, label: str) -> tuple[str, str | None]:
    if codec == "iso2022_jp":
        text = _iso2022_jp(data)
    elif codec.startswith(("utf_16", "utf_32")):
        if not data.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")) and b"\x00" not in data:
            text, note = decode(data)
            return text, note or f"declared {label}, is not"
        text = data.decode(_byte_order(data, codec), "replace")
    else:
        text = data.decode(codec, "replace")
    if "\ufffd" in text and not data.isascii():
        bad = text.count("\ufffd")
        if bad > 1 + len(text) // 50:
            return _guess(data.translate(None, CONTROLS), None, label, wrong=True)
    note = f"some bytes are not {label}" if "\ufffd" in text else None
    if codec == "utf_7":
        note = note or "charset UTF-7"
    return without_surrogates(text), note


def _byte_order(data: bytes, codec: str) -> str:
    if codec != "utf_16" or data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return codec
    return "utf_16_be" if data[:2_000:2].count(0) > data[1:2_000:2].count(0) else "utf_16_le"


_ESCAPES: Final = re.compile(rb"\x1b(?:\$\(?[@-DIOPQ]|\([BHIJ]|\.[AF]|N|&@)")


def _iso2022_jp(data: bytes) -> str:
    """ISO-2022-JP as it is sent: with half-width katakana and the vendors' row 13, which Python's codecs refuse (RFC 1468, CP50221)."""
    try:
        return data.decode("iso2022_jp_ext")
    except UnicodeDecodeError:
        pass
    pieces, mode, pos = [], b"", 0
    for found in (*_ESCAPES.finditer(data), None):
        end = found.start() if found else len(data)
        pieces.append(_jis_run(data[pos:end], mode))
        if found:
            mode, pos = found[0][1:], found.end()
    return "".join(pieces)


def _jis_run(run: bytes, mode: bytes) -> str:
    if mode in (b"$@", b"$B", b"$(@", b"$(B"):
        return _shift_jis(run)
    if mode == b"(I":
        return bytes(n | 0x80 if 0x21 <= n < 0x60 else n for n in run).decode("cp932", "replace")
    if mode.startswith(b"$("):
        return (b"\x1b" + mode + run + b"\x1b(B").decode("iso2022_jp_ext", "replace")
    return run.decode("cp932", "replace")


def _shift_jis(run: bytes) -> str:
    """A run of two-byte JIS X 0208 as Shift JIS with the vendor rows, which cp932 reads."""
    out, pos = bytearray(), 0
    while pos < len(run):
        high = run[pos]
        low = run[pos + 1] if pos + 1 < len(run) else 0
        if not (0x21 <= high <= 0x7E and 0x21 <= low <= 0x7E):
            out.append(high if high < 0x80 else 0x3F)
            pos += 1
            continue
        pos += 2
        out.append(((high - 0x21) >> 1) + (0x81 if high < 0x5F else 0xC1))
        out.append(low + 0x7E if not high & 1 else low + 0x1F + (low >= 0x60))
    return out.decode("cp932", "replace")

"""Addresses that lead, or may be read to lead, into a private network: what attackers put where a picture should be."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from itertools import product

PRIVATE = (
    "127.0.0.1", "127.0.0.2", "127.127.127.127", "0.0.0.0", "10.0.0.1", "10.255.255.254", "172.16.0.1", "172.31.255.1", "192.168.0.1",
    "192.168.1.254", "169.254.169.254", "169.254.1.1", "100.64.0.1", "192.0.0.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
)  # fmt: skip
NAMES = ("localhost", "localhost.", "LOCALHOST", "loop.example", "rebind.example", "metadata.example", "inside.example", "sixth.example")
"""Names that the tests resolve to private addresses."""


def spellings(address: str) -> Iterator[str]:
    """Ways of writing an IPv4 address in the place of a host."""
    number = int(ipaddress.IPv4Address(address))
    parts = [int(part) for part in address.split(".")]
    yield address
    yield str(number)
    yield hex(number)
    yield f"0{number:o}"
    yield ".".join(hex(part) for part in parts)
    yield ".".join(f"0{part:o}" for part in parts)
    yield ".".join(f"{part:03d}" for part in parts)
    yield f"{parts[0]}.{number & 0xFFFFFF}"
    yield f"{parts[0]}.{parts[1]}.{number & 0xFFFF}"
    yield f"{address}."
    yield f"[::ffff:{address}]"
    yield f"[::ffff:{number >> 16:x}:{number & 0xFFFF:x}]"
    yield f"[0:0:0:0:0:ffff:{address}]"
    yield f"[64:ff9b::{address}]"
    yield f"[2002:{number >> 16:x}:{number & 0xFFFF:x}::1]"
    yield f"[::{address}]"
    yield "".join(chr(0xFF10 + int(character)) if character.isdigit() else character for character in address)  # full-width digits
    yield address.replace(".", "。")
    yield address.replace(".", "%2e")


def hosts() -> Iterator[str]:
    """Hosts that are none of the public internet's."""
    for address in PRIVATE:
        yield from spellings(address)
    yield from (
        "[::1]",
        "[::]",
        "[fe80::1]",
        "[fe80::1%25lo]",
        "[fc00::1]",
        "[fd00:ec2::254]",
        "[ff02::1]",
        "[0:0:0:0:0:0:0:1]",
        "[::1%25lo]",
    )
    yield from ("127.1", "127.0.1", "0", "0x7f.1", "0177.1", "127.0.0.1%00", "127.0.0.1%0d%0a", "①②⑦.⓪.⓪.①", "localhost%2e")
    yield from NAMES


def urls(port: int) -> list[str]:
    """Addresses with this port, most of them at a host of ours, some written so that two readers may see two hosts."""
    found = [f"{scheme}://{host}:{port}/" for scheme, host in product(("http", "https"), hosts())]
    here = f"127.0.0.1:{port}"
    found += [
        f"http://api.twilio.com@{here}/", f"http://api.twilio.com:80@{here}/", f"http://{here}#@api.twilio.com/", f"http://{here}?@api.twilio.com/",
        f"http://{here}\\@api.twilio.com/", f"http://api.twilio.com\\@{here}/", f"http:\\\\{here}/", f"http:/{here}/", f"http:{here}/",
        f"//{here}/", f"///{here}/", f"http:///{here}/", f" http://{here}/", f"http://{here} /", f"http://\t{here}/",
        f"http://{here}\r\nHost: x/",
        f"http://{here}/\r\nX: y", f"HTTP://{here}/", f"hTTp://{here}/", f"ftp://{here}/", f"gopher://{here}/", f"file://{here}/etc/passwd",
        f"dict://{here}/", f"ws://{here}/", f"jar:http://{here}!/", f"url:http://{here}/", f"http://[{here}]/", f"http://{here}:80/",
        f"http://user:pass@{here}/", f"http://%31%32%37.0.0.1:{port}/", f"http://127.0.0.1:0{port}/", f"http://127.0.0.1:{port}.api.twilio.com/",
        f"http://[::ffff:7f00:1]:{port}/", f"http://[::ffff:0:7f00:1]:{port}/", f"http://xn--127-.0.0.1:{port}/", "http://[", "http://", "",
    ]  # fmt: skip
    return found

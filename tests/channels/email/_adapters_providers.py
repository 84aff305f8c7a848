"""How the tests build the adapters of mail providers, and what the providers send: signed by their published schemes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

import orjson
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from channels.base import Channel
from channels.email import mailgun, sendgrid, ses
from channels.email._sns import Certificates, signed_text
from tests.channels.case_files import load
from tests.channels.peers import Call, Peer

PUBLIC = "https://311.springfield.example.gov"
KEY = "key-0123456789abcdef0123456789abcdef"
TOPIC = "arn:aws:sns:ca-central-1:123456789012:city-mail"
CERTIFICATE = "https://sns.ca-central-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem"


def make_mailgun() -> mailgun.Mailgun:
    return mailgun.build("post", mailgun.Settings.model_validate({"type": mailgun.TYPE, "signing_key": KEY}))


@cache
def sendgrid_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def public_key() -> str:
    spki = sendgrid_key().public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(spki).decode()


def make_sendgrid() -> sendgrid.SendGrid:
    return sendgrid.build("grid", sendgrid.Settings.model_validate({"type": sendgrid.TYPE, "public_key": public_key()}))


@cache
def amazon_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def make_ses() -> ses.Ses:
    """With Amazon's certificate already at hand: there is no network."""
    channel = ses.build("ses", ses.Settings.model_validate({"type": ses.TYPE, "topics": [TOPIC]}))
    channel._certificates = Certificates()
    channel._certificates._known[CERTIFICATE] = (time.monotonic(), amazon_key().public_key())
    return channel


def signed_by_mailgun(body: bytes, timestamp: int, *, key: str = KEY) -> bytes:
    """The captured form with today's timestamp and Mailgun's signature in place of those that were captured."""
    token = hashlib.sha256(body).hexdigest()[:50]
    signature = hmac.new(key.encode(), f"{timestamp}{token}".encode(), hashlib.sha256).hexdigest()
    start = body.find(b"token")
    captured = body[start + 5 :].split(b"0" * 10)[0]
    at = body.find(b"0" * 40, start)
    del captured
    end = at + 50
    body = body[:at] + token.encode() + body[end:]
    return body.replace(b"0" * 64, signature.encode()).replace(b"1795446000", str(timestamp).encode())


def mailgun_calls() -> Sequence[Call]:
    found = []
    for case in load(__file__, "mailgun"):
        if case.unreadable:
            continue
        path = "/channels/post/mime" if b"body-mime" in case.content else "/channels/post"
        body = signed_by_mailgun(case.content, int(datetime.now(UTC).timestamp()))
        found.append(Call(path, body, {"Content-Type": case.content_type}))
    return found


def mailgun_mutation(call: Call, number: int) -> Call | None:
    """Only timestamp, token and signature are covered: one of their characters is another."""
    dice = random.Random(number)
    marks = [call.body.find(name) for name in (b"timestamp", b"token", b"signature")]
    at = dice.choice(marks) + 12
    while not chr(call.body[at]).isalnum() or call.body[at : at + 3] in (b"sig", b"tok"):
        at += 1
    at += dice.randrange(8)
    letter = dice.choice([code for code in b"0123456789abcdef" if code != call.body[at]])
    return replace(call, body=call.body[:at] + bytes([letter]) + call.body[at + 1 :])


def sendgrid_calls() -> Sequence[Call]:
    found = []
    timestamp = str(int(datetime.now(UTC).timestamp()))
    for case in load(__file__, "sendgrid"):
        signature = sendgrid_key().sign(timestamp.encode() + case.content, ec.ECDSA(hashes.SHA256()))
        headers = {
            "Content-Type": case.content_type,
            sendgrid.SIGNATURE: base64.b64encode(signature).decode(),
            sendgrid.TIMESTAMP: timestamp,
        }
        found.append(Call("/channels/grid", case.content, headers))
    return found


def signed_by_amazon(message: Mapping[str, object]) -> bytes:
    algorithm = hashes.SHA1() if message.get("SignatureVersion") == "1" else hashes.SHA256()
    signature = amazon_key().sign(signed_text(message), padding.PKCS1v15(), algorithm)
    return orjson.dumps({**message, "Signature": base64.b64encode(signature).decode(), "SigningCertURL": CERTIFICATE})


def ses_calls() -> Sequence[Call]:
    notifications = [case for case in load(__file__, "ses") if case.content[:1] == b"{" and not case.envelope and not case.unreadable]
    headers = {"Content-Type": "text/plain; charset=UTF-8"}
    return [Call("/channels/ses", signed_by_amazon(orjson.loads(case.content)), headers) for case in notifications]


def ses_mutation(call: Call, number: int) -> Call | None:
    """A character of a signed value, of the signature or of the certificate's address is another."""
    dice = random.Random(number)
    message = orjson.loads(call.body)
    name = dice.choice(["Message", "MessageId", "Timestamp", "TopicArn", "Signature", "SigningCertURL", "SignatureVersion", "Type"])
    value = message[name]
    at = dice.randrange(value.find("com/") if name == "SigningCertURL" else len(value))
    letter = dice.choice([one for one in "abcxyzABC0189+/." if one != value[at]])
    changed = {**message, name: value[:at] + letter + value[at + 1 :]}
    return replace(call, body=orjson.dumps(changed))


ADAPTERS: dict[str, Callable[[], Channel]] = {"email.mailgun": make_mailgun, "email.sendgrid": make_sendgrid, "email.ses": make_ses}
PEERS = {
    "email.mailgun": Peer(mailgun_calls, PUBLIC, (), again=frozenset({429, 503}), mutate=mailgun_mutation),
    "email.sendgrid": Peer(sendgrid_calls, PUBLIC, (sendgrid.SIGNATURE, sendgrid.TIMESTAMP), again=frozenset({503})),
    "email.ses": Peer(ses_calls, PUBLIC, (), again=frozenset({429, 503}), mutate=ses_mutation),
}

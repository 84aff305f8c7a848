"""Mail that Amazon SES receives and announces over SNS: in the notification itself (up to 150 KB), or as an object in S3.

SES writes the mail to S3 before it announces it; the mail is fetched from there before the notification is acknowledged, and stored as it
came with the notification before it. A topic's subscription is confirmed by itself, for the topics that are configured.

Sources: docs.aws.amazon.com/ses, "Contents of notifications for Amazon SES email receiving"; docs.aws.amazon.com/sns, "HTTP/HTTPS
subscriptions" (an answer within 15 seconds; tried again after a 5xx, or as the subscription's delivery policy says).

Does not: decrypt mails that SES encrypted with KMS on the client side; delete the objects (give the bucket a lifecycle rule).
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any

import orjson
import structlog
from aiohttp import web
from pydantic import AfterValidator, ByteSize, Field, SecretStr, model_validator

from channels._webhook import Forged, now, receive_all
from channels.base import Accept, AdapterSettings, RawMessage, Receipt, Unavailable, Unreadable, WebhookContext
from channels.email import _parsed, _sns
from channels.outward import CallFailed, Manners
from normalizer.model import InboundMessage

TYPE = "email.ses"
CONTENT_TYPE = "application/vnd.intake311.ses"
"""The notification as it came, followed by the mail from S3 where it is not in the notification.

``envelope["notification"]`` says how many bytes the notification has; without it, all of them."""
_AT_ONCE = 4
_S3_SECONDS = 10.0
_VERDICTS = {"PASS": "pass", "FAIL": "fail", "GRAY": "none", "PROCESSING_FAILED": "temperror"}
_log = structlog.get_logger(__name__)


def _topic(arn: str) -> str:
    if not re.fullmatch(r"arn:aws(?:-[a-z-]+)?:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_.-]{1,256}", arn):
        raise ValueError("must be the ARN of a topic, as arn:aws:sns:ca-central-1:123456789012:city-mail")
    return arn


class Settings(AdapterSettings):
    """Table of a channel of type ``email.ses``."""

    topics: Annotated[tuple[Annotated[str, AfterValidator(_topic)], ...], Field(min_length=1)]
    """ARNs of the SNS topics whose notifications are taken; those of other topics are refused, whoever signed them."""
    buckets: tuple[str, ...] = ()
    """S3 buckets that SES writes mails to. Empty: mails are expected in the notifications (SNS action, up to 150 KB)."""
    region: str | None = None
    """Region of the buckets."""
    access_key_id: str | None = None
    """Key that may read the buckets; without it the machine's own role is used."""
    secret_access_key: SecretStr | None = None
    """Secret of that key. Give it by the environment or a file."""
    endpoint: str | None = None
    """Address of an S3-compatible store in place of Amazon's."""
    max_size: ByteSize = ByteSize(42 * 1024 * 1024)
    """Largest mail that is fetched; SES takes mails of up to 40 MB. A larger one is held with its headers."""
    jurisdiction_id: str | None = None
    """The city that this channel belongs to, where the gateway serves several."""

    @model_validator(mode="after")
    def _complete(self) -> Settings:
        if (self.access_key_id is None) != (self.secret_access_key is None):
            raise ValueError("access_key_id and secret_access_key belong together")
        return self


def build(channel_id: str, settings: Settings) -> Ses:
    """The adapter for one table of the configuration."""
    return Ses(channel_id, settings)


class Ses:
    """A channel of type ``email.ses``."""

    def __init__(self, channel_id: str, settings: Settings) -> None:
        self.channel_id = channel_id
        self.settings = settings
        self._certificates = _sns.Certificates()

    def routes(self, accept: Accept, context: WebhookContext, /) -> Iterable[web.AbstractRouteDef]:
        """``POST /channels/{id}``."""
        few = asyncio.Semaphore(_AT_ONCE)

        async def notification(request: web.Request) -> web.StreamResponse:
            async with few:
                return await receive_all(
                    request, accept, context, read=lambda body: self._read(request, context, body), acknowledge=_thanks, max_body=1 << 20
                )

        return [web.post(f"/channels/{self.channel_id}", notification)]

    async def _read(self, request: web.Request, context: WebhookContext, body: bytes) -> Sequence[RawMessage]:
        outer = _json(body)
        if not isinstance(outer, dict) or not isinstance(outer.get("Type"), str):
            raise Forged("not_a_notification")
        if outer.get("TopicArn") not in self.settings.topics:
            raise Forged("topic")
        await self._certificates.verify(outer, context.http)
        match outer["Type"]:
            case "Notification":
                return [await self._message(request, outer, body)]
            case "SubscriptionConfirmation":
                await self._confirm(outer, context)
            case "UnsubscribeConfirmation":
                _log.error("sns_unsubscribed", channel_id=self.channel_id, topic=outer["TopicArn"])
            case _:
                raise Forged("not_a_notification")
        return ()

    async def _message(self, request: web.Request, outer: Mapping[str, Any], body: bytes) -> RawMessage:
        inner = _json(str(outer.get("Message", "")).encode())
        inner = inner if isinstance(inner, dict) else {}
        action = _table(_table(inner, "receipt"), "action")
        content, held = b"", None
        if action.get("type") == "S3" and "content" not in inner:
            content, held = await self._object(str(action.get("bucketName", "")), str(action.get("objectKey", "")))
        envelope = {"signature": "pass", "remote_ip": request.remote or "", "notification": str(len(body))}
        # SES numbers each mail; two topics that announce the same one announce one message.
        number = _table(inner, "mail").get("messageId")
        source_id = f"ses:{number}" if isinstance(number, str) and number else f"sns:{outer.get('MessageId')}"
        return RawMessage(source_id[:255], now(), CONTENT_TYPE, body + content, envelope, held=held)

    async def _object(self, bucket: str, key: str) -> tuple[bytes, str | None]:
        """A mail from S3, or the beginning of one that is too large. Raises Unavailable: SNS announces it again."""
        if bucket not in self.settings.buckets:
            _log.error("ses_bucket_unknown", channel_id=self.channel_id, bucket=bucket)
            return b"", "unfetchable"
        try:
            async with asyncio.timeout(_S3_SECONDS):
                return await self._fetched(bucket, key)
        except TimeoutError as error:
            raise Unavailable("a mail could not be fetched from S3 in time") from error

    async def _fetched(self, bucket: str, key: str) -> tuple[bytes, str | None]:
        from obstore.exceptions import BaseError
        from obstore.store import S3Store

        settings = self.settings
        options: dict[str, Any] = {"region": settings.region, "endpoint": settings.endpoint, "access_key_id": settings.access_key_id}
        if settings.secret_access_key is not None:
            options["secret_access_key"] = settings.secret_access_key.get_secret_value()
        if settings.endpoint is not None and settings.endpoint.startswith("http://"):
            options["client_options"] = {"allow_http": True}
        try:
            store = S3Store(bucket, **{name: value for name, value in options.items() if value is not None})
            most = int(settings.max_size)
            found = await store.get_async(key)
            if found.meta["size"] > most:
                head = bytes(await store.get_range_async(key, start=0, end=65_536))
                return head, "too_large"
            return bytes(await found.bytes_async()), None
        except FileNotFoundError:
            return b"", "unfetchable"
        except (BaseError, OSError) as error:
            raise Unavailable(f"a mail could not be fetched from S3: {type(error).__name__}") from error

    async def _confirm(self, outer: Mapping[str, Any], context: WebhookContext) -> None:
        """Confirm the subscription of a topic that is ours."""
        url = outer.get("SubscribeURL")
        if not isinstance(url, str) or not _sns.amazons(url, str(outer["TopicArn"])):
            raise Forged("subscribe_host")
        client = context.http(Manners(timeout=10.0, max_body=64 * 1024, private_addresses=False))
        try:
            answer = await client.call("GET", url)
        except CallFailed as error:
            raise Unavailable(f"a subscription could not be confirmed: {error.reason}") from error
        finally:
            await client.aclose()
        if answer.status >= 300:
            raise Unavailable(f"a subscription's confirmation was answered {answer.status}")
        _log.info("sns_subscribed", channel_id=self.channel_id, topic=outer.get("TopicArn"))

    def _placed(self, message: InboundMessage) -> InboundMessage:
        message.jurisdiction_id = self.settings.jurisdiction_id or ""
        return message

    def translate(self, raw: RawMessage, /) -> InboundMessage:
        """Read a stored notification, or a mail out of a file. Raises Unreadable where there is no mail in it."""
        from channels.email import mime

        if _parsed.is_mail(raw.content):  # out of a file: the mail itself
            return self._placed(mime.translate(raw, adapter=TYPE, channel_id=self.channel_id))
        length = raw.envelope.get("notification", "")
        end = int(length) if length.isascii() and length.isdigit() else len(raw.content)
        outer, fetched = _json(raw.content[:end]), raw.content[end:]
        inner = _json(str(outer.get("Message", "")).encode()) if isinstance(outer, dict) else None
        if not isinstance(inner, dict):
            raise Unreadable("not a notification of SES")
        content = _inline(inner) or fetched
        if not content:
            raise Unreadable("a notification without a mail")
        receipt, mail = _table(inner, "receipt"), _table(inner, "mail")
        recipients = receipt.get("recipients")
        envelope = {
            "mail_from": str(mail.get("source") or ""),
            "rcpt_to": " ".join(map(str, recipients)) if isinstance(recipients, list) else "",
        }
        message = mime.translate(replace(raw, content=content, envelope=envelope), adapter=TYPE, channel_id=self.channel_id)
        self._placed(message)
        found = message.authentication
        found.signature = raw.envelope.get("signature")
        found.spf, found.dkim, found.dmarc = (_verdict(receipt, name) for name in ("spfVerdict", "dkimVerdict", "dmarcVerdict"))
        if _verdict(receipt, "virusVerdict") == "fail":
            message.notes.append("Amazon found a virus in this mail")
        if _verdict(receipt, "spamVerdict") == "fail":
            message.headers["x-ses-spam-verdict"] = "FAIL"
        return message


def _thanks(_receipts: Sequence[Receipt]) -> web.Response:
    return web.Response(status=200)


def _verdict(receipt: Mapping[str, Any], name: str) -> str | None:
    return _VERDICTS.get(str(_table(receipt, name).get("status")))


def _table(value: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The object of that name, or an empty one."""
    found = value.get(name)
    return found if isinstance(found, dict) else {}


def _inline(inner: Mapping[str, Any]) -> bytes:
    """The mail in a notification of an SNS action; encoded as the action says, which old notifications do not."""
    content = inner.get("content")
    if not isinstance(content, str):
        return b""
    action = _table(_table(inner, "receipt"), "action")
    if str(action.get("encoding", "")).upper() == "BASE64":
        try:
            return base64.b64decode(content)
        except (binascii.Error, ValueError):
            pass
    return content.encode("utf-8", "surrogateescape")


def _json(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None

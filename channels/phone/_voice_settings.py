"""What an operator can set of a spoken intake."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, ByteSize, Field, SecretStr, field_validator

from channels import _twilio
from channels.base import AdapterSettings


def _long_enough(secret: SecretStr) -> SecretStr:
    # RequestValidator("") accepts whatever anybody signs with an empty key.
    if len(secret.get_secret_value().strip()) < _twilio.MIN_SECRET:
        raise ValueError(f"must have at least {_twilio.MIN_SECRET} characters: copy it whole from Twilio's console")
    return secret


Secret = Annotated[SecretStr, AfterValidator(_long_enough)]
BaseUrl = Annotated[str, Field(pattern=r"^https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9_.~/-]*)?$")]
Number = Annotated[str, Field(pattern=r"^(\+[1-9][0-9]{5,14}|sip:[^\s@]+@[^\s@]+)$", examples=["+16135550100"])]
Language = Literal["en", "fr"]


class Settings(AdapterSettings):
    """Table of a channel of type ``phone.voice``."""

    account_sid: Annotated[str, Field(pattern=r"^AC[0-9a-fA-F]{32}$", examples=["ACxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"])]
    """The account whose calls are taken; those of other accounts are refused."""
    auth_token: Secret
    """The account's auth token, which signs the webhooks. Give it by the environment or a file."""
    auth_token_previous: Secret | None = None
    """The token that is being replaced: accepted as well while it is set."""
    shared_keys: dict[str, Secret] = Field(default_factory=dict)
    """Shared keys by their id, where a webhook rule of Twilio's signs with one (HMAC-SHA256) instead of the token."""
    numbers: list[Number] = Field(default_factory=list)
    """Our own numbers in E.164 form; calls to others are answered 404. Empty: every number of the account."""
    public_url: BaseUrl | None = None
    """Address under which Twilio reaches the gateway, where it differs from the server's ``public_url``."""
    fallback_url: BaseUrl | None = None
    """Second address that Twilio was given as fallback ("primary handler fails"), when it leads to this gateway too."""
    languages: list[Language] = Field(default_factory=list)
    """Languages that are spoken, the first one first. Empty: those of the city."""
    greeting: dict[Language, str] = Field(default_factory=dict)
    """First sentence by language, in place of "You have reached 3 1 1."."""
    voices: dict[Language, str] = Field(default_factory=dict)
    """Twilio's voice by language, as ``Polly.Gabrielle-Neural``; without it Twilio's own choice."""
    agent_number: Number | None = None
    """Where callers are connected to who ask for a person, press 0 or cannot be understood: E.164, or a SIP address."""
    emergency_number: Annotated[str, Field(pattern=r"^\+?[0-9]{3,15}$")] | None = None
    """Number that is dialled at once when a caller speaks of danger. Off by default: the caller is told to hang up and dial 911."""
    recording: bool = False
    """Whether hand-overs and messages of callers who are not understood are recorded; it is announced at the beginning."""
    keypad: Annotated[list[str], Field(max_length=5)] = Field(default_factory=list)
    """Codes of at most five services that a caller can choose by a key, when he is not understood. Empty: the catalog's first five."""
    speech_timeout: Annotated[int, Field(ge=1, le=10)] = 3
    """Seconds of silence after which an answer is complete."""
    speech_model: str | None = None
    """Twilio's speech model; without it Twilio chooses one for the language."""
    patience: Annotated[float, Field(ge=0, le=8)] = 5.0
    """Seconds for which a busy store is tried again while the caller waits; Twilio itself waits for 15."""
    max_recording: ByteSize = ByteSize(16 * 1024 * 1024)
    """Largest recording that is fetched."""
    jurisdiction_id: str | None = None
    """The city that this channel belongs to, where the gateway serves several."""

    @field_validator("languages")
    @classmethod
    def _each_once(cls, value: list[Language]) -> list[Language]:
        if len(set(value)) != len(value):
            raise ValueError("names a language twice")
        return value

"""Whether the account can be used, asked without changing or spending anything.

With the account's own token the account itself is read. A standard API key may not do that; with a key the list of its numbers is, which
also shows whether Twilio calls this gateway.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from channels.base import Health, Permanent, RateLimited, Unavailable
from channels.outward import MakeClient
from channels.sms._api import Account, CallFailed, Said, call


async def check(http: MakeClient, account: Account) -> Health:
    """Raises Unavailable (Twilio is away), RateLimited, or Permanent (the credentials or the account are refused)."""
    said = await _asked(
        http, account, "/IncomingPhoneNumbers.json" if account.is_key else ".json", {"PageSize": "20"} if account.is_key else None
    )
    if account.is_key:
        numbers = said.body.get("incoming_phone_numbers")
        return Health(detail=f"{len(numbers) if isinstance(numbers, list) else 0} numbers at the account")
    status = said.body.get("status")
    if said.body.get("sid") != account.sid:
        raise Permanent("Twilio answered for another account")
    if status != "active":
        raise Permanent(f"the account is {status if status in ('suspended', 'closed') else 'not active'}")
    return Health(detail="the account is active")


async def _asked(http: MakeClient, account: Account, path: str, params: Mapping[str, Any] | None) -> Said:
    try:
        said = await call(http, account, "GET", path, params=params)
    except CallFailed as error:
        raise Unavailable(f"Twilio cannot be reached: {error.reason}") from error
    if said.status == 429:
        raise RateLimited("Twilio asks to slow down", retry_after=int(said.retry_after or 30))
    if said.status in (401, 403):
        raise Permanent("Twilio does not accept the credentials: account_sid with auth_token, or api_key with api_key_secret")
    if said.status >= 500:
        raise Unavailable(f"Twilio answered {said.status}")
    if said.status != 200:
        raise Permanent(f"Twilio answered {said.status}")
    return said

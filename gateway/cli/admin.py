"""Keys, migrations, backups."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from gateway.cli._common import Config, emit, local, opened, table
from gateway.cli._common import Json as AsJson
from gateway.clock import now

key = typer.Typer(no_args_is_help=True, help="Keys for programs that use the API.")


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(key, name="key")
    app.command()(migrate)


@key.command("add")
def add_key(
    name: Annotated[str, typer.Argument(help="Whose key it is.")],
    scope: Annotated[str, typer.Option(help="intake, open311, read or admin.")],
    jurisdiction: Annotated[str | None, typer.Option(help="The city, where the gateway serves several.")] = None,
    config: Config = None,
) -> None:
    """Make a key and print it, once, last on standard output."""
    from gateway.store import apikeys

    if scope not in apikeys.SCOPES:
        raise typer.BadParameter(f"one of {', '.join(apikeys.SCOPES)}", param_hint="--scope")
    with opened(config) as store:
        home = jurisdiction or store.wired.configuration.jurisdiction_id
        if home not in store.wired.contexts:
            raise typer.BadParameter(f"one of {', '.join(store.wired.contexts)}", param_hint="--jurisdiction")
        with store.engines.writing() as connection:
            made = apikeys.add(connection, name, scope, home, now())
    typer.echo(f"Key of {name} for {scope}; it cannot be shown again:", err=True)
    print(made)


@key.command("list")
def list_keys(config: Config = None, as_json: AsJson = False) -> None:
    """List keys: names and scopes, never the keys themselves."""
    from gateway.store import apikeys

    with opened(config) as store, store.engines.reading() as connection:
        found = list(apikeys.listing(connection))
    if as_json:
        for entry in found:
            emit({"name": entry.name, "scope": entry.scope, "jurisdiction_id": entry.jurisdiction_id, "revoked": entry.revoked is not None})
        return
    table(
        "Keys",
        ("name", "scope", "city", "since", "revoked"),
        [(k.name, k.scope, k.jurisdiction_id, local(k.created), local(k.revoked)) for k in found],
    )


@key.command("revoke")
def revoke_key(name: Annotated[str, typer.Argument(help="Whose keys.")], config: Config = None) -> None:
    """Make the keys of that name invalid, within seconds, in every running gateway."""
    from gateway.store import apikeys

    with opened(config) as store, store.engines.writing() as connection:
        count = apikeys.revoke(connection, name, now())
    print(f"{count} revoked")


def migrate(config: Config = None) -> None:
    """Bring the store to the schema of this program; ``serve`` does it too."""
    from gateway import wiring
    from gateway.store import schema
    from gateway.store.location import locate

    wired = wiring.load(config, os.environ, parts=())
    location = locate(wired.configuration.store.url)
    before = schema.versions(location)
    schema.migrate(location)
    print(f"schema {schema.HEAD}" + ("" if all(version == schema.HEAD for version in before.values()) else f", was {before}"))

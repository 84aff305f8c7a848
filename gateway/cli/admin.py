"""Keys, migrations, backups."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli._common import Config, emit, local, opened, table
from gateway.cli._common import Json as AsJson
from gateway.cli._progress import Bar
from gateway.clock import now

key = typer.Typer(no_args_is_help=True, help="Keys for programs that use the API.")


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(key, name="key")
    app.command()(migrate)
    app.command()(backup)
    app.command()(restore)


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


def backup(
    file: Annotated[Path, typer.Argument(help="Where to: a name that ends in .gz or .tgz is compressed.")],
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Copy the whole store into one file, while the gateway runs: messages, requests, deliveries, history, keys and files.

    The file appears when it is complete. It holds what residents wrote, so keep it as you keep the store; the configuration is not in it.
    To check one without this program: tar xf FILE && sha256sum -c MANIFEST. On PostgreSQL pg_dump is used.
    """
    from gateway import failpoint, wiring
    from gateway.store.backup import make
    from gateway.store.location import locate

    failpoint.arm(os.environ)
    store = wiring.load(config, os.environ, parts=()).configuration.store
    with Bar("backup") as bar:
        made = make(locate(store.url), store.blobs, file, bar.step)
    if as_json:
        emit({"file": str(made.file), "size": made.size, "blobs": made.blobs, "missing": list(made.missing)})
    else:
        print(f"{made.file}: {made.size / 1e6:.1f} MB, {made.blobs} files of messages inside")
    if made.blobs_elsewhere:
        print(f"The files of messages in {made.blobs_elsewhere} are not inside: keep that bucket with its versions.", file=sys.stderr)
    for digest in made.missing:
        print(f"A file that a message names is missing or damaged: {digest}", file=sys.stderr)
    sys.exit(1 if made.missing else 0)


def restore(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="What backup has written.")],
    force: Annotated[
        bool, typer.Option("--force", help="Take the place of a store that is there; it is kept beside, under another name.")
    ] = False,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Put a backup in the place of the configured store; the gateway must not be running.

    Everything is checked before anything is changed: the sums, the databases, the books. The exit status is 1 where the books of the
    backup do not balance.
    """
    from gateway import wiring
    from gateway.store.location import locate
    from gateway.store.restore import restore as put_back

    store = wiring.load(config, os.environ, parts=()).configuration.store
    with Bar("restore") as bar:
        done = put_back(locate(store.url), store.blobs, file, force=force, progress=bar.step)
    if as_json:
        emit({"made": done.made, "blobs": done.blobs, "kept": [str(path) for path in done.kept], "ledger": done.books})
    else:
        print(
            f"Restored the store of {local(done.made)}: {done.books['received']} messages, {done.books['pending']} of them to be processed."
        )
        for path in done.kept:
            print(f"What was there before: {path}")
    for problem in done.books["problems"]:
        print(f"does not hold: {problem}", file=sys.stderr)
    sys.exit(0 if done.books["balanced"] and done.books["chain_ok"] else 1)

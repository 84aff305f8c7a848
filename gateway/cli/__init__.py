"""``intake311``: the command line, one module for each thing that people do with it.

service   run it, examine it, set it up
desk      requests, messages, what is held, deliveries, the books
channels  how the roads in are
files     read messages from files: normalize, ingest, replay
admin     keys, migrations, backups
load      simulated residents and benchmarks
locating  places in texts, and the gazetteer they are looked up in
understanding  classify texts, train a classifier
evaluate  how good an inference is, beside its baseline

What machines read goes to standard output, what people read to standard error or a terminal. Exit status: 0 done; 1 what was checked does
not hold; 2 wrong usage or configuration. Modules of the gateway are imported in the commands that need them, so that ``--help`` is quick.
"""

from __future__ import annotations

import os
import sys

import typer

from channels.base import ChannelError
from gateway.cli import admin, channels, deduping, desk, evaluate, files, load, locating, service, understanding
from gateway.errors import ConfigError, IntakeError

app = typer.Typer(
    name="intake311",
    help="The front door through which every request of a resident reaches the people who can act on it.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for _part in (service, desk, channels, files, admin, load, evaluate, locating, deduping, understanding):
    _part.register(app)


def main() -> None:
    """Run the command that was asked for; errors that an operator can mend are told without a traceback."""
    from gateway.guard import ensure_own_packages

    os.umask(0o077)  # whatever is written holds residents' messages: for this user only
    try:
        ensure_own_packages()
        app()
    except ConfigError as error:
        print("The configuration is refused:", file=sys.stderr)
        for mistake in error.mistakes:
            print(f"  {mistake}", file=sys.stderr)
        sys.exit(2)
    except (IntakeError, ChannelError) as error:
        print(f"intake311: {error}", file=sys.stderr)
        sys.exit(1)
    except BrokenPipeError:  # the reader of our output has seen enough
        sys.stderr.close()
        sys.exit(0)

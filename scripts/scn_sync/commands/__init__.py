"""One module per command: parses its options, calls the functions that work, prints what they return.

Every module here that has an attribute ``command`` adds that command to ``scn-sync``; there is no list to keep.
"""

import importlib
import pkgutil
from collections.abc import Iterator

import click


def all_commands() -> Iterator[click.Command]:
    """Yield the commands of the modules in this folder, by the modules' names."""
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda found: found.name):
        command = getattr(importlib.import_module(f"{__name__}.{module.name}"), "command", None)
        if isinstance(command, click.Command):
            yield command

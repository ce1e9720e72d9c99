"""The reference of all commands in the guide, made from their help: ``python3 -m scn_sync.reference docs/sync.md``."""

import sys
from pathlib import Path

import click

from scn_sync.cli import main

BEGIN, END = "<!-- commands: made by scn_sync.reference -->", "<!-- end of commands -->"
_WIDTH = 100


def command_reference() -> str:
    """Return the help of every command as Markdown."""
    parts = []
    for name, command in sorted(main.commands.items()):
        with click.Context(
            command,
            info_name=f"scn-sync {name}",
            terminal_width=_WIDTH,
            max_content_width=_WIDTH,
            help_option_names=["-h", "--help"],
        ) as context:
            parts.append(f"### `scn-sync {name}`\n\n```text\n{command.get_help(context)}\n```\n")
    return "\n".join(parts)


def with_reference(guide: str) -> str:
    """Return the guide with the reference of today between its marks.

    :raises ValueError: the marks are missing.
    """
    before, begin, rest = guide.partition(BEGIN)
    _old, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError("the guide has no place for the commands")
    return f"{before}{BEGIN}\n\n{command_reference()}\n{END}{after}"


def _main() -> None:
    path = Path(sys.argv[1])
    path.write_text(with_reference(path.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    _main()

"""The command ``scn-sync``: the group that the modules in ``commands`` add their commands to."""

import click

from scn_sync import __version__
from scn_sync.commands import all_commands

_HELP_WIDTH = {"max_content_width": 100, "help_option_names": ["-h", "--help"]}


@click.group(context_settings=_HELP_WIDTH)
@click.version_option(__version__, prog_name="scn-sync")
def main() -> None:
    """Bring city sign-ups that arrived by e-mail into the sign-up inbox of Odoo.

    \b
    Example:
      SCN_SYNC_KEY_FILE=~/.config/scn-sync/key \\
        scn-sync import --url https://odoo.example.org --database foundation --login sync-bot mailbox.mbox
    """


for _command in all_commands():
    main.add_command(_command)

if __name__ == "__main__":
    main()

"""Leaving a database as it was."""

FUNCTIONS = ('scn_declaration_log_is_append_only', 'scn_declaration_text_is_fixed')


def uninstall_hook(env):
    """Take the triggers away, so that the tables can be emptied and dropped."""
    for function in FUNCTIONS:
        env.cr.execute(f'DROP FUNCTION IF EXISTS {function}() CASCADE')  # pylint: disable=sql-injection

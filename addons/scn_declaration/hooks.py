"""Leaving a database as it was."""

FUNCTIONS = ('scn_declaration_log_is_append_only', 'scn_declaration_text_is_fixed')


def uninstall_hook(env):
    """Take the triggers away and empty the tables that hold each other, so that all can be dropped."""
    for function in FUNCTIONS:
        env.cr.execute(f'DROP FUNCTION IF EXISTS {function}() CASCADE')  # pylint: disable=sql-injection
    env.cr.execute('TRUNCATE scn_declaration_signature, scn_declaration_version CASCADE')
    env.invalidate_all(flush=False)

"""The exit codes of the command, documented in ``docs/sync.md``."""

from enum import IntEnum


class ExitCode(IntEnum):
    """What the shell sees; a code never changes its meaning, new ones are added at the end."""

    OK = 0
    SERVER_ERROR = 1
    USAGE = 2
    CONFIGURATION = 3
    WRONG_KEY = 4
    WRONG_DATABASE = 5
    SERVER_DOWN = 6
    WRONG_SERVER = 7
    NO_MAILBOX = 8
    UNREADABLE = 9
    REFUSED = 10
    DEAD_LETTERS = 11
    BRAKE = 12
    ALREADY_RUNNING = 13
    PLAN_OUTDATED = 14
    STATE = 15
    NOT_UNDONE = 16
    MAIL_LOGIN = 20
    MAIL_SERVER_DOWN = 21
    UNWELL = 22
    INTERRUPTED = 130

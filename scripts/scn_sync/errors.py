"""Exceptions, grouped by what helps: mend the settings, stop, try again later, or leave one message out.

Every message is one sentence for the person who runs the command. None of them ever holds the API key, the
content of a message, or a server's traceback.
"""

from scn_sync.exit_codes import ExitCode


class SyncError(Exception):
    """Base of everything the command reports as one sentence and an exit code."""

    exit_code: ExitCode = ExitCode.SERVER_ERROR


# --- configuration: the settings must be changed -----------------------------------------------------------


class ConfigurationProblem(SyncError):
    """A setting is missing, contradictory or unsafe."""

    exit_code = ExitCode.CONFIGURATION


# --- fatal: this run cannot go on, and repeating it as it is will not help ------------------------------------


class FatalError(SyncError):
    """A human has to act before the next run can succeed."""


class WrongKey(FatalError):
    """The server does not accept the login and key, or the login may not use the sign-up inbox."""

    exit_code = ExitCode.WRONG_KEY


class WrongDatabase(FatalError):
    """The server has no database of that name."""

    exit_code = ExitCode.WRONG_DATABASE


class WrongServer(FatalError):
    """Something answers, but it is no Odoo 19 with the module, or it speaks another protocol."""

    exit_code = ExitCode.WRONG_SERVER


class Refused(FatalError):
    """The server understood the call and refused it; the text is the server's own sentence."""

    exit_code = ExitCode.REFUSED


class ServerError(FatalError):
    """The server failed inside; its log has the traceback."""

    exit_code = ExitCode.SERVER_ERROR


class NoMailbox(FatalError):
    """The file or folder holds no message in a form we read."""

    exit_code = ExitCode.NO_MAILBOX


class MailLogin(FatalError):
    """The mail server, or the provider of its access tokens, does not accept who we are."""

    exit_code = ExitCode.MAIL_LOGIN


class UnreadableInput(FatalError):
    """The operating system does not let us read the file or folder."""

    exit_code = ExitCode.UNREADABLE


class BrakeStop(FatalError):
    """More would be new or changed than the user allows; nothing was written."""

    exit_code = ExitCode.BRAKE


class PlanOutdated(FatalError):
    """The input or the server is no longer what the plan was made from."""

    exit_code = ExitCode.PLAN_OUTDATED


class StateProblem(FatalError):
    """The folder with the journal cannot be used: full disk, no right to write, damaged."""

    exit_code = ExitCode.STATE


# --- retriable: the same call may succeed later ---------------------------------------------------------------


class RetriableError(SyncError):
    """Nothing is wrong with what was asked; the same call may succeed later."""

    exit_code = ExitCode.SERVER_DOWN


class ServerDown(RetriableError):
    """No connection could be made: nothing was sent."""


class MailServerDown(RetriableError):
    """The mail server cannot be reached or broke off; what the inbox has answered is stored."""

    exit_code = ExitCode.MAIL_SERVER_DOWN


class AnswerLost(RetriableError):
    """The request was sent, at least in part, and no whole answer came: the server may or may not have acted."""


class ServerBusy(RetriableError):
    """The server gave up on a conflict between transactions and undid the call."""


class Interrupted(RetriableError):
    """The user, or the machine that shuts down, ended the run."""

    exit_code = ExitCode.INTERRUPTED


class AlreadyRunning(RetriableError):
    """Another process works on the same source."""

    exit_code = ExitCode.ALREADY_RUNNING


# --- skippable: one message is left out, the run goes on ----------------------------------------------------


class SkippableError(SyncError):
    """One message cannot be used; ``reason`` is a code that ends up in the result."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class UnreadableMessage(SkippableError):
    """The message cannot be read at all, or goes over a limit: it becomes a dead letter."""

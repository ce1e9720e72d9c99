"""One raw message or row in, one verdict out: a sign-up, a rejection, or a dead letter."""

from dataclasses import dataclass

from pydantic import ValidationError

from scn_sync.errors import UnreadableMessage
from scn_sync.extraction import extract_signup, rejection_reason
from scn_sync.extraction.rows import extract_row
from scn_sync.mail_parser import PARSER_ERRORS, parse_mail
from scn_sync.memory_limit import memory_limit
from scn_sync.models import SignupRecord
from scn_sync.sources import RawMessage
from scn_sync.time_limit import TimeLimitExceeded, time_limit

SECONDS_PER_MESSAGE = 2.0
BYTES_PER_MESSAGE = 500_000_000


@dataclass(frozen=True, slots=True)
class Signup:
    """A message that is sent to the server."""

    record: SignupRecord


@dataclass(frozen=True, slots=True)
class Rejection:
    """A message that is certainly no sign-up; nothing of it is sent."""

    reason: str


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that could not be read; it stays where it is, for a human."""

    reason: str


Reading = Signup | Rejection | DeadLetter


def read_message(
    raw: RawMessage, seconds: float = SECONDS_PER_MESSAGE, memory: int = BYTES_PER_MESSAGE
) -> Reading:
    """Read one message or row; never raises because of what it contains.

    :param seconds: the most wall time it may take.
    :param memory: the most bytes the process may grow by meanwhile.
    """
    if raw.content is None or raw.problem is not None:
        return DeadLetter(raw.problem or "unreadable_file")
    try:
        with time_limit(seconds), memory_limit(memory):
            if raw.form == "row":
                return Signup(extract_row(raw.content, raw.external_id, raw.doubts))
            mail = parse_mail(raw.content)
            reason = rejection_reason(mail)
            if reason is not None:
                return Rejection(reason)
            return Signup(extract_signup(mail, raw.external_id, raw.doubts))
    except UnreadableMessage as problem:
        return DeadLetter(problem.reason)
    except TimeLimitExceeded:
        return DeadLetter("time_limit")
    except MemoryError:
        return DeadLetter("memory_limit")
    except ValidationError:
        return DeadLetter("invalid_record")
    except PARSER_ERRORS:
        return DeadLetter("unparseable")

"""The sign-up inbox as seen from here: the calls of protocol 1 over any transport."""

import json
import time
from collections.abc import Callable, Sequence

from pydantic import ValidationError

from scn_sync.errors import RetriableError, WrongServer
from scn_sync.models import PROTOCOL, SERIES, BatchAnswer, ServerInfo, SignupRecord
from scn_sync.transport import Transport

RESENDS = 3
_DISAGREEMENT = "The server's answer does not fit the records that were sent (protocol 1)."


class SignupInbox:
    """Talks to ``scn.signup``; ``pause`` waits a number of seconds between two sendings of one batch."""

    def __init__(self, transport: Transport, pause: Callable[[float], None] = time.sleep) -> None:
        self._transport = transport
        self._pause = pause

    def info(self) -> ServerInfo:
        """Ask who answers; always the first call.

        :raises WrongServer: another Odoo series, another protocol, or no such module.
        """
        try:
            info = ServerInfo.model_validate_json(self._transport.call("sync_info"))
        except ValidationError:
            raise WrongServer("The server's description of itself is not understood.") from None
        if info.series != SERIES:
            raise WrongServer(
                f"The server is Odoo {info.series[:20]}; this command needs Odoo {SERIES}."
            )
        if info.protocol != PROTOCOL:
            raise WrongServer(
                f"The server speaks version {info.protocol} of the sync; this command speaks {PROTOCOL}: "
                "bring both to the same release."
            )
        return info

    def preview(self, source: str, records: Sequence[str]) -> BatchAnswer:
        """Ask what :meth:`receive` would do with these records (JSON texts); the server changes nothing."""
        payload = _envelope({"protocol": PROTOCOL, "source": source}, records)
        return _checked(self._transport.call("sync_preview", payload), len(records))

    def receive(self, source: str, run: str, batch: str, records: Sequence[str]) -> BatchAnswer:
        """Hand over one batch of records (JSON texts).

        A lost or "busy" answer is asked for again at most three times, with the very same batch key and payload:
        the server then gives its first answer again and writes nothing. No other call is ever repeated.

        :raises RetriableError: still no answer after the last attempt.
        """
        payload = _envelope(
            {"protocol": PROTOCOL, "source": source, "run": run, "batch": batch}, records
        )
        for attempt in range(RESENDS):
            try:
                return _checked(self._transport.call("sync_receive", payload), len(records))
            except RetriableError:
                self._pause(0.5 * 2**attempt)
        return _checked(self._transport.call("sync_receive", payload), len(records))


def record_text(record: SignupRecord) -> str:
    """Return the record as the JSON text that is sent: plain ASCII, keys in the order of the model."""
    return json.dumps(record.model_dump(mode="json"), separators=(",", ":"))


def _envelope(head: dict[str, object], records: Sequence[str]) -> str:
    opening = json.dumps(head, separators=(",", ":"))[:-1]
    return f'{opening},"records":[{",".join(records)}]}}'


def _checked(text: str, expected: int) -> BatchAnswer:
    try:
        answer = BatchAnswer.model_validate_json(text)
    except ValidationError:
        raise WrongServer(_DISAGREEMENT) from None
    if len(answer.records) != expected:
        raise WrongServer(_DISAGREEMENT)
    return answer

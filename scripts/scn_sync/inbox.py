"""The sign-up inbox as seen from here: the calls of protocol 1 over any transport."""

import json
import random
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from scn_sync.errors import PlanOutdated, RetriableError, WrongKey, WrongServer
from scn_sync.models import (
    PROTOCOL,
    SERIES,
    BatchAnswer,
    ServerInfo,
    SignupRecord,
    WithdrawalAnswer,
)
from scn_sync.transport import Transport

ATTEMPTS = 6
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 20.0
_DISAGREEMENT = "The server's answer does not fit the records that were sent (protocol 1)."
_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode
Answer = TypeVar("Answer", bound=BaseModel)


class SignupInbox:
    """Talks to ``scn.signup``; ``pause`` waits a number of seconds between two sendings of one call."""

    def __init__(
        self,
        transport: Transport,
        pause: Callable[[float], None] = time.sleep,
        attempts: int = ATTEMPTS,
    ) -> None:
        self._transport = transport
        self._pause = pause
        self._attempts = attempts
        self.takes_fingerprints = False

    def info(self) -> ServerInfo:
        """Ask who answers; always the first call, and never repeated: it finds out whether anybody is there.

        :raises WrongServer: another Odoo series, another protocol, or no such module.
        :raises WrongKey: the key is that of another login.
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
        if info.login is not None and info.login != self._transport.login:
            raise WrongKey(
                "The server does not accept this login and API key: the key is that of another login."
            )
        self.takes_fingerprints = "fingerprint" in info.record_forms
        return info

    def server_name(self, info: ServerInfo) -> str:
        """Return what tells this database from all others, wherever it is reached: the journal's name for it."""
        return info.database_id or self._transport.server

    def preview(self, source: str, records: Sequence[str]) -> BatchAnswer:
        """Ask what :meth:`receive` would do with these records (JSON texts); the server changes nothing."""
        payload = _envelope({"protocol": PROTOCOL, "source": source}, records)
        return self._batch("sync_preview", payload, len(records))

    def receive(
        self,
        source: str,
        run: str,
        batch: str,
        records: Sequence[str],
        expected: Sequence[str] | None = None,
    ) -> BatchAnswer:
        """Hand over one batch of records (JSON texts).

        A lost or "busy" answer is asked for again, with the very same batch key and payload: the server then gives
        its first answer again and writes nothing.

        :param expected: the statuses that were foretold; the server refuses the whole batch when one would differ
        :raises PlanOutdated: something would differ.
        :raises RetriableError: still no answer after the last attempt.
        """
        head: dict[str, object] = {
            "protocol": PROTOCOL,
            "source": source,
            "run": run,
            "batch": batch,
        }
        if expected is not None:
            head["expected"] = list(expected)
        return self._batch("sync_receive", _envelope(head, records), len(records))

    def withdraw(
        self,
        source: str,
        of_run: str,
        run: str,
        batch: str,
        external_ids: Sequence[str],
        reason: str,
    ) -> WithdrawalAnswer:
        """Take back sign-ups that the run ``of_run`` brought and nobody has decided on."""
        return self._take_back("sync_withdraw", source, of_run, run, batch, external_ids, reason)

    def restore(
        self,
        source: str,
        of_run: str,
        run: str,
        batch: str,
        external_ids: Sequence[str],
        reason: str,
    ) -> WithdrawalAnswer:
        """Take back accepted sign-ups, and what accepting them filled in and nobody changed since.

        Needs a manager's key.
        """
        return self._take_back("sync_restore", source, of_run, run, batch, external_ids, reason)

    def _take_back(
        self,
        method: str,
        source: str,
        of_run: str,
        run: str,
        batch: str,
        external_ids: Sequence[str],
        reason: str,
    ) -> WithdrawalAnswer:
        payload = json.dumps(
            {
                "protocol": PROTOCOL,
                "source": source,
                "of_run": of_run,
                "run": run,
                "batch": batch,
                "external_ids": list(external_ids),
                "reason": reason,
            }
        )
        answer = _understood(WithdrawalAnswer, self._repeat(method, payload))
        if [row.external_id for row in answer.records] != list(external_ids):
            raise WrongServer(_DISAGREEMENT)
        return answer

    def _batch(self, method: str, payload: str, expected: int) -> BatchAnswer:
        answer = _understood(BatchAnswer, self._repeat(method, payload))
        if answer.moved:
            raise PlanOutdated(
                f"The inbox has moved: with {len(answer.moved)} sign-ups the server would no longer do what it "
                "foretold. Nothing of this batch was written; make a new plan."
            )
        if len(answer.records) != expected:
            raise WrongServer(_DISAGREEMENT)
        return answer

    def _repeat(self, method: str, payload: str) -> str:
        """Call until there is an answer, a limited number of times, after longer and longer pauses.

        Safe for the methods that use it: a preview changes nothing, and the others carry a batch key, under which the
        server acts once. The pauses have a random part, so that many senders do not come back at the same moment.
        """
        for attempt in range(1, self._attempts):
            try:
                return self._transport.call(method, payload)
            except RetriableError:
                pause = min(FIRST_PAUSE * 2 ** (attempt - 1), LONGEST_PAUSE)
                self._pause(pause * random.uniform(0.75, 1.25))
        return self._transport.call(method, payload)


def record_text(record: SignupRecord) -> str:
    """Return the record as the JSON text that is sent: plain ASCII, keys sorted, no white space.

    This is the form over which the inbox hashes, so that the SHA-256 of the text is the record's payload hash.
    """
    return _canonical(record.model_dump(mode="json"))


def fingerprint_text(external_id: str, payload_hash: str) -> str:
    """Return the JSON text that asks about a record without sending it."""
    return f'{{"external_id":"{external_id}","payload_hash":"{payload_hash}"}}'


def _envelope(head: dict[str, object], records: Sequence[str]) -> str:
    opening = json.dumps(head, separators=(",", ":"))[:-1]
    return f'{opening},"records":[{",".join(records)}]}}'


def _understood(kind: type[Answer], text: str) -> Answer:
    try:
        return kind.model_validate_json(text)
    except ValidationError:
        raise WrongServer(_DISAGREEMENT) from None

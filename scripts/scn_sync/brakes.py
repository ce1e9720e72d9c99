"""Brakes: how much a run may bring or change before a human has to look. Nothing is written when one holds."""

from collections.abc import Sequence
from dataclasses import dataclass

from scn_sync.entries import Entry
from scn_sync.errors import BrakeStop
from scn_sync.models import RecordAnswer

_WRITES = ("created", "updated", "review")


@dataclass(frozen=True, slots=True)
class Limit:
    """What the user allows; None is no limit.

    ``max_change_percent`` is the share of the sign-ups already in the inbox that this run would change.
    """

    max_new: int | None = None
    max_change_percent: float | None = None

    def __bool__(self) -> bool:
        return self.max_new is not None or self.max_change_percent is not None


class Brakes:
    """Watches the server's forecast and stops the run before it is carried out."""

    def __init__(self, limit: Limit) -> None:
        self._limit = limit
        self.new = 0
        self.known = 0
        self.changed = 0

    def read(self, entry: Entry) -> None:
        """Nothing to look at: only what is sent can be new."""

    def foretold(self, answers: Sequence[RecordAnswer]) -> None:
        """Count what the server would do."""
        for answer in answers:
            known = answer.known if answer.known is not None else answer.status == "updated"
            known = known or answer.status == "unchanged"
            self.known += known
            self.changed += known and answer.status in _WRITES
            self.new += not known and answer.status in _WRITES

    def end(self) -> None:
        """Judge the whole run.

        :raises BrakeStop: with the numbers, and how to let it pass.
        """
        limit = self._limit
        if limit.max_new is not None and self.new > limit.max_new:
            raise BrakeStop(
                f"{self.new} sign-ups would be new, more than --max-new {limit.max_new}: nothing was written. "
                "Look with “scn-sync plan”, then raise the number or apply the plan."
            )
        percent = 100.0 * self.changed / self.known if self.known else 0.0
        if limit.max_change_percent is not None and percent > limit.max_change_percent:
            raise BrakeStop(
                f"{self.changed} of {self.known} known sign-ups ({percent:.1f} %) would change, more than "
                f"--max-change-percent {limit.max_change_percent:g}: nothing was written. "
                "Look with “scn-sync plan”, then raise the number or apply the plan."
            )

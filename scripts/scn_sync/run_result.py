"""What one run did: a count for every fate, and that every message has exactly one."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from scn_sync.errors import FatalError, SyncError

STATUSES = ("created", "updated", "unchanged", "review", "rejected", "dead_letters")
NOTED = ("review", "rejected", "dead_letters")


class ConservationError(FatalError):
    """Messages were read that are not accounted for: a defect of this program or of the server."""


@dataclass(frozen=True, slots=True)
class Note:
    """A message that a human may want to look up: its place in the source, its id, and why."""

    position: int
    external_id: str
    reasons: tuple[str, ...]


@dataclass(slots=True)
class ImportResult:
    """What one run did. ``not_sent`` counts messages whose fate is unknown because the run was cut short."""

    source: str
    run: str
    dry_run: bool
    command: str = "import"
    resumed: bool = False
    read: int = 0
    duplicates: int = 0
    not_sent: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    reasons: dict[str, Counter[str]] = field(
        default_factory=lambda: {status: Counter() for status in NOTED}
    )
    notes: Callable[[str], Iterator[Note]] = field(default=lambda _status: iter(()))
    seconds: float = 0.0
    problem: SyncError | None = None

    @property
    def writes(self) -> int:
        """Sign-ups that were written to the inbox; in a dry run, that would be written."""
        return self.counts["created"] + self.counts["updated"] + self.counts["review"]

    def check_conservation(self) -> None:
        """Every message read has exactly one fate.

        :raises ConservationError: the numbers do not add up.
        """
        accounted = sum(self.counts[status] for status in STATUSES) + self.not_sent
        if (
            self.read != accounted
            or set(self.counts) - set(STATUSES)
            or (self.not_sent and self.problem is None)
        ):
            raise ConservationError(
                f"{self.read} messages were read but {accounted} are accounted for."
            )

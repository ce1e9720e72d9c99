"""Plans: what the server would do with every message of a source, on paper, and the proof that it still would.

A plan is a file of JSON lines (mode 0600): a head, one line for each message in the order of the source, and a foot
with the counts and two SHA-256 sums, over what was read (``input_hash``) and over what the server answered
(``answer_hash``). ``plan_hash`` is over all lines before it, so that a plan that was cut or changed is not carried out.
"""

import hashlib
import json
import os
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

from scn_sync.entries import Entry
from scn_sync.errors import PlanOutdated, StateProblem, UnreadableInput
from scn_sync.models import RecordAnswer
from scn_sync.state_folder import private_file

FORMAT = "scn-sync plan 1"
SHOWN_MATCHES = 20
_LINE_LENGTH = 100_000
_CHANGED_INPUT = "The input has changed since the plan was made: {what}. Make a new plan."
_CHANGED_SERVER = "The server has moved since the plan was made: {what}. Make a new plan."


@dataclass(frozen=True, slots=True)
class PlanHead:
    """What a plan was made from: run key, input, server, who asked."""

    run: str
    source: str
    origin: str
    input: str
    mapping: str | None
    from_start: bool
    server: str
    module_version: str
    created_at: str
    keep_until: str
    by_manager: bool


def plan_head(
    *,
    run: str,
    source: str,
    origin: str,
    input: str,
    mapping: str | None,
    from_start: bool,
    server: str,
    module_version: str,
    by_manager: bool,
    keep_days: int,
) -> PlanHead:
    """Return the head of a plan that is made now."""
    now = datetime.now(timezone.utc)
    until = now + timedelta(days=keep_days)
    return PlanHead(
        run,
        source,
        origin,
        input,
        mapping,
        from_start,
        server,
        module_version,
        f"{now:%Y-%m-%dT%H:%M:%SZ}",
        f"{until:%Y-%m-%dT%H:%M:%SZ}",
        by_manager,
    )


class PlanWriter:
    """Writes a plan while a dry run is under way; used as a context, the file is only there when it is whole."""

    def __init__(self, path: Path, head: PlanHead) -> None:
        self._path = path
        self._draft = path.with_name(f".{path.name}.{os.getpid()}")
        self._head = head
        self._stream: TextIO | None = None
        self._lines: deque[dict[str, Any]] = deque()
        self._plan_hash = hashlib.sha256()
        self._input_hash = hashlib.sha256()
        self._answer_hash = hashlib.sha256()
        self._counts: Counter[str] = Counter()
        self.matches: list[dict[str, Any]] = []
        self.match_count = 0

    def __enter__(self) -> "PlanWriter":
        self._stream = os.fdopen(private_file(self._draft), "w", encoding="ascii")
        head = {
            "format": FORMAT,
            **{name: getattr(self._head, name) for name in PlanHead.__slots__},
        }
        self._write(head)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._stream is not None:
            self._stream.close()
        self._draft.unlink(missing_ok=True)

    def read(self, entry: Entry) -> None:
        """See :class:`scn_sync.performing.Observer`."""
        self._lines.append(_line(entry))

    def foretold(self, answers: Sequence[RecordAnswer]) -> None:
        """See :class:`scn_sync.performing.Observer`."""
        waiting = (line for line in self._lines if line["kind"] == "sign_up" and not line["status"])
        for answer in answers:
            line = next(waiting)
            line["status"], line["reason"] = answer.status, answer.reason
            if answer.match is not None:
                line["match"] = answer.match.model_dump()
                self.match_count += 1
                if len(self.matches) < SHOWN_MATCHES:
                    self.matches.append(line)
        self._write_settled()

    def end(self) -> None:
        """Write the foot and give the file its name."""
        self._write_settled()
        foot = {
            "messages": sum(self._counts.values()),
            "counts": dict(sorted(self._counts.items())),
            "input_hash": self._input_hash.hexdigest(),
            "answer_hash": self._answer_hash.hexdigest(),
        }
        self._write({**foot, "plan_hash": self._plan_hash.hexdigest()})
        assert self._stream is not None
        try:
            self._stream.flush()
            os.fsync(self._stream.fileno())
            self._draft.replace(self._path)
        except OSError as error:
            raise self._explained(error) from None

    def _write_settled(self) -> None:
        while self._lines and (self._lines[0]["kind"] != "sign_up" or self._lines[0]["status"]):
            line = self._lines.popleft()
            self._counts[line["status"] or line["kind"]] += 1
            self._input_hash.update(f"{line['external_id']} {line['digest']}\n".encode())
            self._answer_hash.update(_answer_text(line))
            self._write(line)

    def _write(self, line: dict[str, Any]) -> None:
        text = json.dumps(line, separators=(",", ":"), ensure_ascii=True) + "\n"
        self._plan_hash.update(text.encode())
        assert self._stream is not None
        try:
            self._stream.write(text)
        except OSError as error:
            raise self._explained(error) from None

    def _explained(self, error: OSError) -> StateProblem:
        return StateProblem(f"The plan {self._path} cannot be written: {error.strerror}.")


class Plan:
    """A plan file that is whole; its messages are read from the file one by one."""

    def __init__(self, path: Path) -> None:
        """Read the head and the foot, and check the sum over all lines.

        :raises UnreadableInput: missing, unreadable, or no whole plan.
        """
        self.path = path
        broken = UnreadableInput(f"{path} is no whole plan of scn-sync: make a new one.")
        total = hashlib.sha256()
        before: bytes = b""
        head: dict[str, Any] = {}
        foot: dict[str, Any] = {}
        try:
            with path.open("rb") as lines:
                while line := lines.readline(_LINE_LENGTH):
                    total.update(before)
                    if not head:
                        head = json.loads(line)
                    before = line
            foot = json.loads(before)
            self.head = PlanHead(**{name: head[name] for name in PlanHead.__slots__})
            self.counts: dict[str, int] = dict(foot["counts"])
            self.messages = int(foot["messages"])
            self.answer_hash = str(foot["answer_hash"])
            fits = head["format"] == FORMAT and foot["plan_hash"] == total.hexdigest()
        except OSError as error:
            raise UnreadableInput(f"{path} cannot be read: {error.strerror}.") from None
        except (ValueError, KeyError, TypeError):
            raise broken from None
        if not fits:
            raise broken

    def check_in_date(self, now: datetime | None = None) -> None:
        """Refuse a plan past its retention date.

        :raises PlanOutdated: it is too old.
        """
        moment = now or datetime.now(timezone.utc)
        if self.head.keep_until <= f"{moment:%Y-%m-%dT%H:%M:%SZ}":
            raise PlanOutdated(
                f"The plan was to be used before {self.head.keep_until}: make a new plan."
            )

    def check_server(self, server: str, module_version: str) -> None:
        """Refuse another database, or another version of the module.

        :raises PlanOutdated: it was made for something else.
        """
        if server != self.head.server:
            raise PlanOutdated(_CHANGED_SERVER.format(what="it is another database"))
        if module_version != self.head.module_version:
            what = f"scn_partner is {module_version[:20]}, it was {self.head.module_version[:20]}"
            raise PlanOutdated(_CHANGED_SERVER.format(what=what))

    def lines(self) -> Iterator[dict[str, Any]]:
        """Yield the lines of the messages."""
        with self.path.open("rb") as stream:
            stream.readline()
            for _number in range(self.messages):
                yield json.loads(stream.readline())


class PlanCheck:
    """Compares a run, before it writes anything, with the plan it carries out."""

    def __init__(self, plan: Plan, compare_matches: bool) -> None:
        self._lines = plan.lines()
        self._plan = plan
        self._compare_matches = compare_matches and plan.head.by_manager
        self._waiting: deque[dict[str, Any]] = deque()

    def read(self, entry: Entry) -> None:
        """Refuse a message that is not the next one of the plan."""
        planned = next(self._lines, None)
        position = entry.raw.position
        if planned is None:
            raise PlanOutdated(_CHANGED_INPUT.format(what=f"message {position} is not in the plan"))
        seen = _line(entry)
        if any(seen[name] != planned[name] for name in ("kind", "external_id", "digest")):
            raise PlanOutdated(_CHANGED_INPUT.format(what=f"message {position} is another one"))
        if planned["kind"] == "sign_up":
            self._waiting.append(planned)

    def foretold(self, answers: Sequence[RecordAnswer]) -> None:
        """Refuse an answer that is not the one in the plan."""
        for answer in answers:
            planned = self._waiting.popleft()
            moved = (answer.status, answer.reason) != (planned["status"], planned["reason"])
            if self._compare_matches and answer.match is not None:
                moved = moved or answer.match.model_dump() != planned.get("match")
            if moved:
                what = f"message {planned['position']} was “{planned['status']}” and is “{answer.status}” now"
                if answer.status == planned["status"]:
                    what = f"message {planned['position']} matches something else now"
                raise PlanOutdated(_CHANGED_SERVER.format(what=what))

    def end(self) -> None:
        """Refuse a source that has fewer messages than the plan."""
        missing = next(self._lines, None)
        if missing is not None:
            what = f"message {missing['position']} is gone"
            raise PlanOutdated(_CHANGED_INPUT.format(what=what))


def _line(entry: Entry) -> dict[str, Any]:
    kind = entry.kind
    status = {"rejected": "rejected", "dead_letter": "dead_letters", "duplicate": "unchanged"}
    return {
        "position": entry.raw.position,
        "external_id": entry.raw.external_id,
        "kind": kind,
        "digest": entry.digest,
        "reasons": list(entry.reasons),
        "status": status.get(kind),
        "reason": None,
    }


def _answer_text(line: dict[str, Any]) -> bytes:
    return f"{line['external_id']} {line['status']} {line['reason']}\n".encode()

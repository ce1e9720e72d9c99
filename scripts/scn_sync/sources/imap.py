"""A mailbox on an IMAP server, read where the last run ended.

Nothing is changed on the server while messages are read (``EXAMINE`` and ``BODY.PEEK``). A message is moved, when that
is asked for, only after the inbox has answered that it has it, and how far a folder was read is remembered after
that. When a run is cut short anywhere in between, the next one reads those messages again, which changes nothing.
"""

import contextlib
import hashlib
import imaplib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from imap_tools import BaseMailBox
from imap_tools.errors import ImapToolsError, MailboxFolderSelectError
from pydantic import SecretStr

from scn_sync.errors import MailServerDown, NoMailbox, Refused
from scn_sync.settings import ImapSettings
from scn_sync.sources.imap_login import signed_in
from scn_sync.sources.imap_state import FolderState, MailboxState
from scn_sync.sources.raw_message import MESSAGE_BYTES, RawMessage, external_id

_FETCHED_MESSAGES = 50
_FETCHED_BYTES = 10_000_000
_SIZES_AT_ONCE = 1_000
_MOVED_AT_ONCE = 200
_UID = re.compile(rb"\bUID (\d+)")
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d+)")


@dataclass(slots=True)
class _Folder:
    """One folder in this run: what is to be read, and what has its fate."""

    name: str
    uid_validity: int
    uids: list[int]
    last_uid: int
    settled: set[int] = field(default_factory=set)


class ImapSource:
    """The new messages of some folders of a mailbox; ``total`` and progress count messages."""

    kind = "IMAP"
    unit = "messages"

    def __init__(
        self,
        settings: ImapSettings,
        state: MailboxState,
        password: SecretStr | None = None,
        from_start: bool = False,
    ) -> None:
        """Sign in and look what is new.

        :param from_start: read everything again, whatever is remembered.
        :raises SyncError: the mailbox cannot be used; the sentence says why.
        """
        self._settings = settings
        self._state = state
        self._mailbox = signed_in(settings, password)
        self.notices: list[str] = []
        self._can_move = False
        self._selected: tuple[str, bool] | None = None
        self._places: dict[str, list[tuple[_Folder, int]]] = {}
        self._fates: dict[str, bool] = {}
        try:
            with self._problems():
                self._check_moving()
                self._folders = [self._looked_at(name, from_start) for name in settings.folders]
        except BaseException:
            self.close()
            raise
        self.total = sum(len(folder.uids) for folder in self._folders)

    def __iter__(self) -> Iterator[RawMessage]:
        position = 0
        for folder in self._folders:
            if not folder.uids:
                continue
            with self._problems():
                self._select(folder)
                sizes = self._sizes(folder.uids)
            missing = [uid for uid in folder.uids if uid not in sizes]
            folder.settled |= set(missing)  # deleted by somebody since they were listed
            for group in _groups([uid for uid in folder.uids if uid in sizes], sizes):
                contents: dict[int, bytes] = {}
                with self._problems():
                    self._select(folder)
                    if sizes[group[0]] <= MESSAGE_BYTES:
                        contents = self._contents(group)
                for uid in group:
                    if uid not in contents and sizes[uid] <= MESSAGE_BYTES:
                        folder.settled.add(uid)
                        continue
                    position += 1
                    message = _message(folder, uid, contents.pop(uid, None), position)
                    self._places.setdefault(message.external_id, []).append((folder, uid))
                    yield message
        self._settle_known()  # copies of messages whose fate was known when they were read

    def settle(self, taken: Iterable[str], left: Iterable[str]) -> None:
        """Take note that messages (by external id) have their fate: the inbox has them, or they stay where they are.

        Ids that were not read in this run are ignored: they are of a run that was cut short, and come again.

        :raises SyncError: they cannot be moved, or it cannot be remembered; nothing is lost by that.
        """
        for identity in taken:
            self._fates[identity] = True
        for identity in left:
            self._fates.setdefault(identity, False)
        self._settle_known()

    def _settle_known(self) -> None:
        moved: dict[str, list[int]] = {}
        for identity in [known for known in self._places if known in self._fates]:
            for folder, uid in self._places.pop(identity):
                folder.settled.add(uid)
                if self._fates[identity]:
                    moved.setdefault(folder.name, []).append(uid)
        if self._settings.move_to is not None:
            for folder in self._folders:
                if folder.name in moved:
                    with self._problems():
                        self._move(folder, sorted(moved[folder.name]))
        for folder in self._folders:
            self._remember(folder)

    def close(self) -> None:
        """Sign out, as far as the server still listens."""
        with contextlib.suppress(imaplib.IMAP4.error, ImapToolsError, OSError):
            self._mailbox.logout()

    # -- looking ---------------------------------------------------------------------------------------------

    def _looked_at(self, name: str, from_start: bool) -> _Folder:
        try:
            self._mailbox.folder.set(name, readonly=True)
        except MailboxFolderSelectError:
            raise NoMailbox(f"The mailbox has no folder “{name}”, or it may not be read.") from None
        validity = _uid_validity(self._mailbox)
        known = self._state.get(name)
        last = 0
        if known is not None and not from_start:
            if known.uid_validity == validity:
                last = known.last_uid
            else:
                self.notices.append(
                    f"The mail server has numbered the messages in “{name}” anew (UIDVALIDITY): all of "
                    "them are read again; what the inbox has stays as it is."
                )
        # “5:*” also finds the last message when it is older than 5
        found = sorted(
            uid for uid in map(int, self._mailbox.uids(f"UID {last + 1}:*")) if uid > last
        )
        self.notices.append(f"“{name}”: {len(found)} messages to read.")
        return _Folder(name, validity, found, last)

    def _check_moving(self) -> None:
        target = self._settings.move_to
        if target is None:
            return
        # what the server can do it says in full only to those who have signed in
        _status, said = self._mailbox.client.capability()
        words = b" ".join(part for part in said if isinstance(part, bytes))
        capabilities = words.decode("ascii", "replace").upper().split()
        self._can_move = "MOVE" in capabilities
        if "MOVE" not in capabilities and "UIDPLUS" not in capabilities:
            raise Refused(
                "This mail server can neither move messages nor delete single ones (no MOVE, no UIDPLUS): "
                "leave move_to out."
            )
        try:
            self._mailbox.folder.set(target, readonly=True)
        except MailboxFolderSelectError:
            raise NoMailbox(
                f"The mailbox has no folder “{target}” to move messages to: make it, or leave move_to out."
            ) from None

    # -- reading ---------------------------------------------------------------------------------------------

    def _select(self, folder: _Folder, writable: bool = False) -> None:
        if self._selected == (folder.name, writable):
            return
        self._mailbox.folder.set(folder.name, readonly=not writable)
        self._selected = (folder.name, writable)
        if _uid_validity(self._mailbox) != folder.uid_validity:
            raise MailServerDown(
                f"The mail server numbered the messages in “{folder.name}” anew meanwhile: run it again."
            )

    def _sizes(self, uids: list[int]) -> dict[int, int]:
        sizes = {}
        for start in range(0, len(uids), _SIZES_AT_ONCE):
            for head, _content in self._fetch(
                uids[start : start + _SIZES_AT_ONCE], "(RFC822.SIZE)"
            ):
                uid, size = _UID.search(head), _SIZE.search(head)
                if uid and size:
                    sizes[int(uid[1])] = int(size[1])
        return {uid: sizes[uid] for uid in uids if uid in sizes}

    def _contents(self, uids: list[int]) -> dict[int, bytes]:
        contents = {}
        # no more than the limit is taken, whatever size the server spoke of
        for head, content in self._fetch(uids, f"(BODY.PEEK[]<0.{MESSAGE_BYTES + 1}>)"):
            uid = _UID.search(head)
            if uid and content is not None:
                contents[int(uid[1])] = content
        return contents

    def _fetch(self, uids: list[int], what: str) -> list[tuple[bytes, bytes | None]]:
        """Return (line, literal) of every answer; a UID may stand before or after its literal."""
        named = ",".join(map(str, uids))
        status, data = self._mailbox.client.uid("FETCH", named, what)
        if status != "OK":
            raise imaplib.IMAP4.error("FETCH")
        answers: list[tuple[bytes, bytes | None]] = []
        for part in data:
            if isinstance(part, tuple):
                answers.append((part[0], part[1]))
            elif isinstance(part, bytes):
                if answers and answers[-1][1] is not None and not part.lstrip()[:1].isdigit():
                    answers[-1] = (answers[-1][0] + b" " + part, answers[-1][1])
                else:
                    answers.append((part, None))
        return answers

    # -- afterwards ------------------------------------------------------------------------------------------

    def _move(self, folder: _Folder, uids: list[int]) -> None:
        target: Any = self._settings.move_to
        self._select(folder, writable=True)
        client = self._mailbox.client
        for start in range(0, len(uids), _MOVED_AT_ONCE):
            named = ",".join(map(str, uids[start : start + _MOVED_AT_ONCE]))
            if self._can_move:
                self._mailbox.move(named, target)
                continue
            # never a plain EXPUNGE: it would delete what somebody else has marked
            self._mailbox.copy(named, target)
            for command in (("STORE", named, "+FLAGS.SILENT", r"(\Deleted)"), ("EXPUNGE", named)):
                status, _data = client.uid(*command)
                if status != "OK":
                    raise imaplib.IMAP4.error(command[0])

    def _remember(self, folder: _Folder) -> None:
        last = folder.last_uid
        for uid in folder.uids:
            if uid not in folder.settled:
                break
            last = max(last, uid)
        if last:
            self._state.set(
                folder.name, FolderState(uid_validity=folder.uid_validity, last_uid=last)
            )

    @contextlib.contextmanager
    def _problems(self) -> Iterator[None]:
        try:
            yield
        except (imaplib.IMAP4.abort, OSError, EOFError):
            raise MailServerDown(
                f"The mail server {self._settings.host} broke off: what the inbox has answered is stored, "
                "run it again for the rest."
            ) from None
        except (imaplib.IMAP4.error, ImapToolsError, ValueError):
            raise Refused(
                f"The mail server {self._settings.host} refused what was asked of it."
            ) from None


def _uid_validity(mailbox: BaseMailBox) -> int:
    _name, values = mailbox.client.response("UIDVALIDITY")
    value = values[-1] if values else None
    if not isinstance(value, bytes) or not value.isdigit():
        raise Refused("The mail server does not number its messages for good (no UIDVALIDITY).")
    return int(value)


def _groups(uids: list[int], sizes: dict[int, int]) -> Iterator[list[int]]:
    """Cut the messages into groups that are fetched in one call; one that is too large stands alone."""
    group: list[int] = []
    total = 0
    for uid in uids:
        size = sizes[uid]
        alone = size > MESSAGE_BYTES
        if group and (alone or len(group) >= _FETCHED_MESSAGES or total + size > _FETCHED_BYTES):
            yield group
            group, total = [], 0
        if alone:
            yield [uid]
            continue
        group.append(uid)
        total += size
    if group:
        yield group


def _message(folder: _Folder, uid: int, content: bytes | None, position: int) -> RawMessage:
    if content is None or len(content) > MESSAGE_BYTES:
        named = f"imap\n{folder.name}\n{folder.uid_validity}\n{uid}".encode()
        identity = hashlib.sha256(named).hexdigest()
        return RawMessage(position, identity, None, position, "too_large")
    return RawMessage(position, external_id(content), content, position)

"""What is remembered of a mailbox between two runs: per folder its UIDVALIDITY and how far it was read.

Only numbers: no address, no subject, no id of a message.
"""

import hashlib
import json
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from scn_sync.errors import ConfigurationProblem
from scn_sync.settings import write_secret_file


class FolderState(BaseModel):
    """Every message of the folder with a UID up to ``last_uid`` has its fate."""

    model_config = ConfigDict(frozen=True)

    uid_validity: int
    last_uid: int


class MailboxState:
    """The states of one mailbox's folders, in a file that is replaced whole."""

    def __init__(self, folder: Path, host: str, login: str, source: str) -> None:
        """Read what is there; a damaged file counts as none, and the mailbox is then read from its start."""
        name = hashlib.sha256(f"{host}\n{login}\n{source}".encode()).hexdigest()[:16]
        self._path = folder / f"imap-{name}.json"
        self._folders: dict[str, FolderState] = {}
        try:
            content = json.loads(self._path.read_text("utf-8"))
            self._folders = {
                key: FolderState.model_validate(value) for key, value in content.items()
            }
        except FileNotFoundError:
            pass
        except OSError as error:
            raise ConfigurationProblem(
                f"What is remembered of the mailbox, {self._path}, cannot be read: {error.strerror}."
            ) from None
        except (ValueError, AttributeError, ValidationError):
            self._folders = {}

    def get(self, folder: str) -> FolderState | None:
        """Return the state of a folder, None when it was never read."""
        return self._folders.get(folder)

    def set(self, folder: str, state: FolderState) -> None:
        """Remember the state of a folder.

        :raises ConfigurationProblem: it cannot be written.
        """
        if self._folders.get(folder) == state:
            return
        self._folders[folder] = state
        text = json.dumps({key: value.model_dump() for key, value in self._folders.items()})
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_secret_file(self._path, text + "\n")
        except OSError as error:
            raise ConfigurationProblem(
                f"What is to be remembered of the mailbox cannot be written to {self._path}: "
                f"{error.strerror}."
            ) from None

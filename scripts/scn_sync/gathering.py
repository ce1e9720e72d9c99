"""Sign-ups that wait to become a batch, within what the server takes in one call."""

from scn_sync.journal import Outcome


class Gathering:
    """Records of one form, whole or as fingerprints, with the outcomes that wait for their answer."""

    def __init__(self, records: int, size: int, extra: int = 0, fingerprints: bool = False) -> None:
        """Begin with nothing.

        :param records: most records in one batch
        :param size: most characters of JSON in one batch
        :param extra: characters that each record needs elsewhere in the call
        """
        self.fingerprints = fingerprints
        self._most = records
        self._most_size = size
        self._extra = extra
        self._texts: list[str] = []
        self._outcomes: list[Outcome] = []
        self._size = 0

    def __len__(self) -> int:
        return len(self._texts)

    def has_room(self, text: str) -> bool:
        """Tell whether a record still fits; the first one always does."""
        size = self._size + self._size_of(text)
        return not self._texts or (len(self._texts) < self._most and size <= self._most_size)

    def add(self, text: str, outcome: Outcome) -> None:
        """Take a record."""
        self._texts.append(text)
        self._outcomes.append(outcome)
        self._size += self._size_of(text)

    def take(self) -> tuple[list[str], list[Outcome]]:
        """Hand everything over and begin anew."""
        gathered = self._texts, self._outcomes
        self._texts, self._outcomes, self._size = [], [], 0
        return gathered

    def _size_of(self, text: str) -> int:
        return len(text) + 1 + self._extra

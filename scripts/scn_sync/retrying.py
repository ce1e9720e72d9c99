"""The dead letters of one source as a source of their own."""

from collections.abc import Iterator

from scn_sync.journal import Journal
from scn_sync.run_result import ImportResult
from scn_sync.sources import RawMessage


class KeptLetters:
    """The kept messages of a source, one at a time; those whose content was not kept stay dead letters."""

    kind = "dead letters"
    unit = "messages"

    def __init__(self, journal: Journal, source: str) -> None:
        self._journal = journal
        self._letters = journal.letters(source)
        self.notices: list[str] = []
        self.total = len(self._letters)

    def __iter__(self) -> Iterator[RawMessage]:
        for position, kept in enumerate(self._letters, start=1):
            letter = self._journal.letter(kept.id)
            if letter is not None:
                yield RawMessage(
                    position,
                    letter.external_id,
                    letter.raw,
                    position,
                    None if letter.raw is not None else letter.reason,
                    letter.doubts,
                    letter.form,
                )

    def close(self) -> None:
        """Nothing is open."""

    def drop_settled(self, result: ImportResult) -> None:
        """Delete the letters that turned out to be no sign-up; those the server answered for are gone already."""
        rejected = {note.external_id for note in result.notes("rejected")}
        for letter in self._letters:
            if letter.external_id in rejected:
                self._journal.drop_letter(letter.id)

"""Recognises what was read and answered for before: then it is asked about by its fingerprint, not read and sent.

The same bytes, read by the same program, give the same record. So the journal keeps, for each content that the inbox
has answered for, the hash of the record that was made of it. What is kept decides nothing: the inbox compares the hash
with its own, and wants the record whole when they differ (``docs/rpc.md``).
"""

import hashlib
import sys
import unicodedata
from functools import cache
from importlib import metadata
from pathlib import Path

from scn_sync.sources import RawMessage

#: The packages by which addresses, numbers, countries and records get their form.
_READING_PACKAGES = ("email-validator", "idna", "phonenumbers", "pycountry", "pydantic")


class Recognition:
    """The keys under which the journal knows contents, for one source of one database."""

    def __init__(self, server: str, source: str) -> None:
        self._base = hashlib.sha256(f"{reader_version()}\n{server}\n{source}\n".encode())

    def key(self, raw: RawMessage) -> bytes:
        """Return the key of a message or row: of its bytes and of everything else its reading depends on."""
        key = self._base.copy()
        key.update(f"{raw.external_id} {raw.form} {' '.join(raw.doubts)}\n".encode())
        key.update(raw.content or b"")
        return key.digest()


@cache
def reader_version() -> str:
    """Return a hash of this program's own code and of what it reads with: another release reads everything anew."""
    version = hashlib.sha256(f"{sys.version} {unicodedata.unidata_version}".encode())
    for package in _READING_PACKAGES:
        version.update(f" {metadata.version(package)}".encode())
    for module in sorted(Path(__file__).parent.rglob("*.py")):
        version.update(module.read_bytes())
    return version.hexdigest()

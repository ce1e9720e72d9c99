"""The mail server for tests is Debian's own, and nothing of it is installed."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.platform.failure import PlatformError
from scripts.platform.mail_server import LIBRARIES, RELOCATED, relocate, require_dovecot


def test_the_extracted_server_names_no_folder_of_the_system() -> None:
    library = require_dovecot() / LIBRARIES / "libdovecot.so.0"
    content = library.read_bytes()
    for path in RELOCATED:
        assert path + b"\0" not in content


def test_paths_become_relative_and_nothing_moves(tmp_path: Path) -> None:
    library = tmp_path / "library.so"
    before = b"\x7fELF" + b"".join(b"x" + path + b"\0" for path in RELOCATED) + b"end"
    library.write_bytes(before)
    relocate(library)
    after = library.read_bytes()
    assert len(after) == len(before)
    assert after.endswith(b"end")
    assert b"xmodules\0" in after


def test_another_dovecot_is_refused(tmp_path: Path) -> None:
    library = tmp_path / "library.so"
    library.write_bytes(b"\x7fELF")
    with pytest.raises(PlatformError, match="no longer names"):
        relocate(library)

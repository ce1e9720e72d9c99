"""The whole test run is divided into lanes: nothing is left out, a failure in one fails the run."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.platform import test_run
from scripts.platform.cache_folder import CHECKOUT
from scripts.platform.prepared import Platform
from scripts.platform.test_run import lanes_of, overall_code


def test_every_test_file_is_in_exactly_one_lane(platform: Platform) -> None:
    lanes = lanes_of(platform)
    files = [*(CHECKOUT / "tests").rglob("test_*.py"), *CHECKOUT.glob("addons/*/tests/test_*.py")]
    assert len(files) > 50
    for path in files:
        assert [lane for lane in lanes if path.is_relative_to(lane)] == [lane_of(path)], path


def lane_of(path: Path) -> Path:
    """A test of the whole system is a lane, every other test file is in the lane of its folder."""
    return path if path.parent.name in ("system", "sync") else path.parent


def test_a_new_part_of_the_tests_must_be_given_a_lane(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(test_run, "WHOLE_FOLDERS", ())
    with pytest.raises(RuntimeError, match=r"in no lane of the test run: .*platform"):
        lanes_of(platform)


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ([0, 0], 0),
        ([0, 5], 0),  # the options select nothing in one lane
        ([5, 5], 5),  # nor in any other
        ([0, 1, 5], 1),
        ([0, 2], 2),
        ([0, -15], 1),  # ended by a signal
    ],
)
def test_the_worst_lane_decides(codes: list[int], expected: int) -> None:
    assert overall_code(codes) == expected

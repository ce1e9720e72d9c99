"""Every doubt that the sync may send has a sentence for staff."""

import importlib.util
import re
from pathlib import Path
from types import SimpleNamespace

ADDON = Path("addons") / "scn_partner" / "signup_reasons.py"


def test_every_review_code_of_the_guide_has_a_sentence(checkout: Path) -> None:
    """The guide's table of review codes and the addon's sentences agree, word for word."""
    guide = (checkout / "docs" / "sync.md").read_text(encoding="utf-8")
    table = guide.split("### In the inbox, for review", 1)[1].split("\n### ", 1)[0]
    documented = dict(re.findall(r"^\| `(\w+)` \| (.+?) \|$", table, re.MULTILINE))
    spec = importlib.util.spec_from_file_location("signup_reasons", checkout / ADDON)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    labels = module.get_reason_labels(SimpleNamespace(_=lambda text: text))
    assert len(documented) > 20
    assert {code: labels.get(code) for code in documented} == documented

"""Makes the package importable from the checkout when it is not installed, and shared pieces for its tests."""

import importlib.util
import sys

from .command import SCRIPTS

if importlib.util.find_spec("scn_sync") is None:
    # appended, never put first: a folder beside the package has the name of a standard module
    sys.path.append(str(SCRIPTS))

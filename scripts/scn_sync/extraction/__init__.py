"""From a parsed mail to a sign-up: which words say who writes, for which city, and what they want."""

from scn_sync.extraction.classification import rejection_reason
from scn_sync.extraction.signup import extract_signup

__all__ = ["extract_signup", "rejection_reason"]

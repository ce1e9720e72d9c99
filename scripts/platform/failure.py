"""The one exception of the platform: what went wrong and what to do next, in one sentence."""


class PlatformError(Exception):
    """A step of the platform cannot go on; the message is shown to the user as it is."""

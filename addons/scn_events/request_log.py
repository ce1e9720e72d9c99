"""Odoo's request log prints every address; the secret of a calendar feed is not for it."""

import logging
import re

_SECRET = re.compile(r'(/scn/calendar/)[^/?\s"]+')


class HideCalendarSecret(logging.Filter):
    """Writes “…” where the secret of a calendar feed stands in an address."""

    def filter(self, record):
        if isinstance(record.args, tuple):
            record.args = tuple(hide(argument) for argument in record.args)
        if isinstance(record.msg, str):
            record.msg = hide(record.msg)
        return True


def hide(text):
    """A text of the log without the secret.

    >>> hide('GET /scn/calendar/ABCDE12345.ics HTTP/1.1')
    'GET /scn/calendar/… HTTP/1.1'
    >>> hide(200)
    200
    """
    return _SECRET.sub(r'\1…', text) if isinstance(text, str) else text


def install():
    """Let the log of the web server go through the filter, once per process."""
    logger = logging.getLogger('werkzeug')
    if not any(isinstance(present, HideCalendarSecret) for present in logger.filters):
        logger.addFilter(HideCalendarSecret())

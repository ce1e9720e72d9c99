"""Calendar files (RFC 5545), written with vobject: it escapes and folds, so a title cannot add a line of its own.

Every moment is written in UTC. A single meeting needs no time zone: the reader's calendar shows it on the reader's
clock, across every change to and from summer time.
"""

import re
from collections import namedtuple

import pytz
import vobject

#: What stands in no text: control characters other than the line feed, which the format refuses.
_CONTROL = re.compile(r'[\x00-\x09\x0b-\x1f\x7f]')
#: Line ends that some readers take for one (next line, line and paragraph separator).
_OTHER_LINE_ENDS = re.compile('\r\n?|[\x85\u2028\u2029]')
LONGEST_TEXT = 2000

#: ``uid`` stays the same for a meeting whatever changes; ``start`` and ``end`` are in UTC without a zone; ``url`` is a
#: public address; ``sequence`` grows with every change; ``cancelled`` and ``free`` (takes no time) are booleans;
#: ``organiser`` is a mail address.
Entry = namedtuple(
    'Entry',
    'uid start end summary description location url sequence changed_on cancelled free organiser',
    defaults=('', '', '', 0, None, False, False, ''),
)


def clean(text):
    r"""A text without control characters, its line ends all alike, not longer than a calendar shows.

    >>> clean('Hall 1\r\nATTENDEE:mailto:x@example.com\x00')
    'Hall 1\nATTENDEE:mailto:x@example.com'
    """
    return _CONTROL.sub('', _OTHER_LINE_ENDS.sub('\n', text or ''))[:LONGEST_TEXT]


def write(entries, name, produced_by, now, method='PUBLISH'):
    r"""A calendar file.

    :param entries: iterable of ``Entry``
    :param str name: what the calendar is called in the reader's list
    :param str produced_by: who writes it
    :param datetime now: moment of writing, in UTC without a zone
    :param str method: ``PUBLISH``, or ``CANCEL`` so that a calendar takes the entries away (RFC 5546)
    :return: bytes

    >>> from datetime import datetime
    >>> entry = Entry('1@x', datetime(2019, 3, 31, 0, 30), datetime(2019, 3, 31, 2), 'Data, commons\r\nX-A:1')
    >>> lines = write([entry], 'Programme', 'test', datetime(2019, 3, 1)).decode().split('\r\n')
    >>> [line for line in lines if line.startswith(('SUMMARY', 'DTSTART', 'DTEND', 'X-A'))]
    ['DTSTART:20190331T003000Z', 'DTEND:20190331T020000Z', 'SUMMARY:Data\\, commons\\nX-A:1']
    """
    calendar = vobject.iCalendar()
    calendar.add('prodid').value = f'-//{clean(produced_by)}//EN'
    calendar.add('method').value = method
    calendar.add('x-wr-calname').value = clean(name)
    for entry in entries:
        event = calendar.add('vevent')
        event.add('uid').value = clean(entry.uid)
        event.add('dtstamp').value = _in_utc(entry.changed_on or now)
        event.add('dtstart').value = _in_utc(entry.start)
        event.add('dtend').value = _in_utc(entry.end)
        event.add('summary').value = clean(entry.summary)
        event.add('sequence').value = str(entry.sequence)
        for part in ('description', 'location', 'url'):
            if getattr(entry, part):
                event.add(part).value = clean(getattr(entry, part))
        if entry.organiser:
            event.add('organizer').value = f'mailto:{clean(entry.organiser)}'
        event.add('status').value = 'CANCELLED' if entry.cancelled else 'CONFIRMED'
        event.add('transp').value = 'TRANSPARENT' if entry.free or entry.cancelled else 'OPAQUE'
    return calendar.serialize().encode()


def sequence_of(moment):
    """A number that grows with every change, in minutes: seconds outgrow the format's integer in 2038.

    >>> from datetime import datetime
    >>> sequence_of(datetime(2019, 3, 1)) < sequence_of(datetime(2019, 3, 1, 0, 1)), sequence_of(None)
    (True, 0)
    """
    return int(_in_utc(moment).timestamp() // 60) if moment else 0


def _in_utc(moment):
    return pytz.utc.localize(moment)

"""When somebody is free, as plain interval arithmetic without Odoo.

An interval is a pair ``(start, stop)`` of naive datetimes in UTC; it holds its start and not its stop, so what ends at
ten and what begins at ten do not touch. Lists of intervals come in any order and may overlap; those returned are
sorted and apart.
"""

from datetime import datetime, time, timedelta

import pytz

GRID_MINUTES = 15
MIDNIGHT = time()


def merge(intervals):
    """The same time without overlaps; empty intervals go.

    >>> hour = lambda number: datetime(2019, 5, 14, number)
    >>> [(start.hour, stop.hour) for start, stop in merge([(hour(9), hour(10)), (hour(8), hour(9)), (hour(12), hour(12))])]
    [(8, 10)]
    """
    merged = []
    for start, stop in sorted(intervals):
        if stop <= start:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(stop, merged[-1][1])
        else:
            merged.append((start, stop))
    return merged


def subtract(intervals, busy):
    """What is left of intervals when other ones are taken out, in one walk over both.

    >>> hour = lambda number: datetime(2019, 5, 14, number)
    >>> left = subtract([(hour(8), hour(12))], [(hour(7), hour(8)), (hour(9), hour(10)), (hour(11), hour(13))])
    >>> [(start.hour, stop.hour) for start, stop in left]
    [(8, 9), (10, 11)]
    """
    left, busy, position = [], merge(busy), 0
    for start, stop in merge(intervals):
        while position < len(busy) and busy[position][1] <= start:
            position += 1
        number = position
        while number < len(busy) and busy[number][0] < stop:
            if start < busy[number][0]:
                left.append((start, busy[number][0]))
            start = busy[number][1]
            number += 1
        if start < stop:
            left.append((start, stop))
    return left


def clip(intervals, start, stop):
    """
    >>> hour = lambda number: datetime(2019, 5, 14, number)
    >>> [(first.hour, last.hour) for first, last in clip([(hour(8), hour(12))], hour(10), hour(18))]
    [(10, 12)]
    """
    return merge((max(first, start), min(last, stop)) for first, last in intervals)


def cut(intervals, minutes, step=None):
    """Slots of so many minutes that fit, on quarters of an hour, one after the other.

    :param int minutes: length of a slot
    :param int step: minutes from one start to the next; the length rounded up to quarters unless given

    >>> day = lambda hour, minute=0: datetime(2019, 5, 14, hour, minute)
    >>> [f'{start:%H:%M}-{stop:%H:%M}' for start, stop in cut([(day(9, 10), day(11, 30))], 60)]
    ['09:15-10:15', '10:15-11:15']
    >>> [f'{start:%H:%M}' for start, stop in cut([(day(9), day(10, 15))], 45, step=15)]
    ['09:00', '09:15', '09:30']
    """
    length = timedelta(minutes=minutes)
    stride = timedelta(minutes=step or -(-minutes // GRID_MINUTES) * GRID_MINUTES)
    slots = []
    for first, last in merge(intervals):
        start = _up_to_grid(first)
        while start + length <= last:
            slots.append((start, start + length))
            start += stride
    return slots


def _up_to_grid(moment):
    grid = timedelta(minutes=GRID_MINUTES)
    since = moment - datetime.combine(moment.date(), MIDNIGHT)
    return moment + (-since % grid)


def wall_to_utc(local, tz, latest=False):
    """What a clock on the wall of a zone shows, in UTC.

    A time that the clock skips in spring is the moment of the change; of one that it shows twice in autumn it is
    the first moment, or the second where ``latest``.

    :param datetime local: naive
    :param tz: of ``pytz.timezone``

    >>> amsterdam = pytz.timezone('Europe/Amsterdam')
    >>> str(wall_to_utc(datetime(2019, 3, 31, 2, 30), amsterdam))
    '2019-03-31 01:00:00'
    >>> [str(wall_to_utc(datetime(2019, 10, 27, 2, 30), amsterdam, latest)) for latest in (False, True)]
    ['2019-10-27 00:30:00', '2019-10-27 01:30:00']
    """
    # one moment where the clock tells one, two where it was changed
    first, second = sorted(
        tz.localize(local, is_dst=is_dst).astimezone(pytz.utc).replace(tzinfo=None) for is_dst in (True, False)
    )
    if first == second:
        return first
    if _wall(first, tz) == local:
        return second if latest else first
    # Skipped: the change lies between the two readings, at the first moment whose clock shows a later time.
    while second - first > timedelta(seconds=1):
        middle = first + (second - first) // 2
        first, second = (first, middle) if _wall(middle, tz) > local else (middle, second)
    return second.replace(microsecond=0)


def _wall(moment, tz):
    return pytz.utc.localize(moment).astimezone(tz).replace(tzinfo=None)


def working_hours(lines, start, stop, tz):
    """The hours of a weekly calendar between two moments.

    :param lines: tuples ``(weekday, hour from, hour to, week type)``: Monday is 0, hours are those of the wall and may
        be fractions, 24 is midnight; the week type is 0 or 1 for a calendar of two weeks and None for any week
    :param datetime start: naive UTC, as ``stop``

    >>> lines = [(day, 9.0, 17.5, None) for day in range(5)]
    >>> singapore = pytz.timezone('Asia/Singapore')
    >>> [f'{first:%d %H:%M} {last:%d %H:%M}' for first, last in working_hours(
    ...     lines, datetime(2019, 5, 17), datetime(2019, 5, 21), singapore)]
    ['17 01:00 17 09:30', '20 01:00 20 09:30']
    """
    found = []
    # The day of the zone may be the one before or after that of UTC.
    day = start.date() - timedelta(days=1)
    while day <= stop.date() + timedelta(days=1):
        for weekday, hour_from, hour_to, week_type in lines:
            if weekday == day.weekday() and week_type in (None, week_type_of(day)):
                midnight = datetime.combine(day, MIDNIGHT)
                begin, end = (midnight + timedelta(minutes=round(hour * 60)) for hour in (hour_from, hour_to))
                found.append((wall_to_utc(begin, tz), wall_to_utc(end, tz, latest=True)))
        day += timedelta(days=1)
    return clip(found, start, stop)


def week_type_of(day):
    """Which week of a calendar of two weeks a day is in, as Odoo counts them.

    >>> from datetime import date
    >>> week_type_of(date(2019, 5, 13)), week_type_of(date(2019, 5, 20))
    (1, 0)
    """
    return (day.toordinal() - 1) // 7 % 2


def around(start, stop, days, tz):
    """An interval with whole days of a zone before and after it: somebody is on the way.

    >>> first, last = around(datetime(2019, 5, 14, 8), datetime(2019, 5, 14, 16), 1, pytz.timezone('Europe/Oslo'))
    >>> str(first), str(last)
    ('2019-05-12 22:00:00', '2019-05-15 22:00:00')
    >>> around(datetime(2019, 5, 14, 8), datetime(2019, 5, 14, 16), 0, pytz.utc)[0].hour
    8
    """
    if not days:
        return start, stop
    first, last = _wall(start, tz).date(), _wall(stop, tz).date()
    return (
        wall_to_utc(datetime.combine(first - timedelta(days=days), MIDNIGHT), tz),
        wall_to_utc(datetime.combine(last + timedelta(days=days + 1), MIDNIGHT), tz, latest=True),
    )

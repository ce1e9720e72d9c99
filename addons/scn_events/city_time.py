"""What a city's clock shows, as plain functions without Odoo."""

from datetime import timedelta

import pytz

#: Hours of a day at which nobody is asked to sit in a meeting.
NIGHT_ENDS, NIGHT_BEGINS = 7, 22


def localized(moment, zone):
    """A moment in UTC without a zone, on the clock of a time zone.

    >>> from datetime import datetime
    >>> [localized(datetime(2019, 3, day, 13), 'America/New_York').hour for day in (9, 10)]
    [8, 9]
    """
    return pytz.utc.localize(moment).astimezone(pytz.timezone(zone))


def is_night(start, end, zone):
    """Whether any part of a meeting falls into the night of a time zone. What goes on for days is held at the same
    hours each day.

    >>> from datetime import datetime
    >>> meeting = datetime(2019, 3, 28, 14), datetime(2019, 3, 28, 15, 30)
    >>> [is_night(*meeting, zone) for zone in ('Europe/Amsterdam', 'Asia/Seoul', 'America/Los_Angeles')]
    [False, True, False]
    >>> three_days = datetime(2019, 11, 19, 8), datetime(2019, 11, 21, 17)
    >>> [is_night(*three_days, zone) for zone in ('Europe/Madrid', 'Asia/Seoul')]
    [False, True]
    """
    begin = localized(start, zone)
    finish = localized(start + (end - start) % timedelta(days=1), zone)
    # counted on the clock of the first day, so that a meeting across midnight ends after 24:00
    days = (finish.date() - begin.date()).days
    last = days * 24 * 60 + finish.hour * 60 + finish.minute
    return begin.hour < NIGHT_ENDS or last > NIGHT_BEGINS * 60


def find_zone(chosen, country_code, of_people, moment):
    """The time zone of a city: what staff chose, else what follows from its country.

    A country with several zones decides only where all of them show the same hour at that moment, or where exactly
    one of them is the zone of the city's people.

    :param str chosen: what staff chose, may be empty
    :param str country_code: two letters, may be empty
    :param of_people: time zones of the city and its contacts; taken only where they lie in the country, because a
        contact gets the zone of whoever typed it in
    :param datetime moment: moment in UTC without a zone
    :return: name of a zone, or None where nobody can know

    >>> from datetime import datetime
    >>> march = datetime(2019, 3, 28, 14)
    >>> find_zone('', 'KR', ['Europe/Amsterdam'], march), find_zone('', 'DE', [], march)
    ('Asia/Seoul', 'Europe/Berlin')
    >>> find_zone('', 'US', ['Europe/Amsterdam'], march), find_zone('', 'US', ['America/Chicago'], march)
    (None, 'America/Chicago')
    >>> find_zone('America/New_York', 'US', [], march), find_zone('', '', ['Asia/Seoul'], march)
    ('America/New_York', None)
    """
    if chosen in pytz.all_timezones_set:
        return chosen
    zones = pytz.country_timezones.get((country_code or '').upper(), [])
    if len({localized(moment, zone).utcoffset() for zone in zones}) == 1:
        return zones[0]
    theirs = set(of_people) & set(zones)
    return theirs.pop() if len(theirs) == 1 else None

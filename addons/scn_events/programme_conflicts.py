"""Which sessions of a programme cannot both take place as planned, as plain functions without Odoo."""

from collections import namedtuple

#: ``key`` anything that tells sessions apart, ``start`` and ``end`` moments, ``room`` None or a room, ``speakers`` a
#: set of whatever tells people apart.
Session = namedtuple('Session', 'key start end room speakers')
#: ``with_key`` the other session, ``room`` whether the room is the same, ``speakers`` the people in both.
Conflict = namedtuple('Conflict', 'with_key room speakers')


def find_conflicts(sessions):
    """Pairs of sessions at one time that share a room or a speaker. One that begins when another ends is none.

    Sorted once and compared with what is still running, so a programme without overlaps takes no square of its
    length.

    :param sessions: iterable of ``Session``; those without start or end are left out
    :return: dict key → list of ``Conflict``, both sessions of a pair named

    >>> morning = Session('a', 9, 11, 'Hall', {'Ana'})
    >>> same_room = Session('b', 10, 12, 'Hall', {'Ben'})
    >>> same_speaker = Session('c', 10, 11, 'Studio', {'Ana', 'Cem'})
    >>> afterwards = Session('d', 12, 13, 'Hall', {'Ana'})
    >>> found = find_conflicts([afterwards, morning, same_room, same_speaker])
    >>> sorted((one.with_key, one.room, sorted(one.speakers)) for one in found['a'])
    [('b', True, []), ('c', False, ['Ana'])]
    >>> sorted(found)
    ['a', 'b', 'c']
    """
    conflicts = {}
    running = []
    dated = (session for session in sessions if session.start and session.end and session.start < session.end)
    for session in sorted(dated, key=lambda session: (session.start, session.end)):
        running = [other for other in running if other.end > session.start]
        for other in running:
            room = session.room is not None and session.room == other.room
            speakers = session.speakers & other.speakers
            if room or speakers:
                conflicts.setdefault(session.key, []).append(Conflict(other.key, room, speakers))
                conflicts.setdefault(other.key, []).append(Conflict(session.key, room, speakers))
        running.append(session)
    return conflicts

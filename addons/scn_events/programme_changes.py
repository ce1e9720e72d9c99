"""What differs between two published versions of a programme, as plain functions without Odoo.

A version is a list of sessions, each a dict as JSON keeps it: ``id``, ``name`` (dict of language → title), ``start``
and ``end`` (``YYYY-MM-DD HH:MM:SS`` in UTC, or None), ``room``, ``speakers`` (list of names), ``lines`` (list of
dicts with ``id`` and ``name``, again by language).
"""

#: What a change may be, in the order a reader wants to hear of it.
KINDS = ('cancelled', 'moved', 'room', 'added', 'renamed', 'speakers', 'lines')


def compare(before, after):
    """The changes from one version to the next.

    :param list before: sessions of the earlier version
    :param list after: sessions of the later one
    :return: list of dicts with ``kind`` (see ``KINDS``), ``before`` and ``after`` (a session, or None)

    >>> talk = {'id': 1, 'name': {'en_US': 'Data'}, 'start': '2019-11-19 09:00:00', 'end': '2019-11-19 10:00:00',
    ...         'room': 'Hall', 'speakers': ['Ana'], 'lines': []}
    >>> [change['kind'] for change in compare([talk], [{**talk, 'room': 'Studio', 'end': '2019-11-19 11:00:00'}])]
    ['moved', 'room']
    >>> [change['kind'] for change in compare([talk], [{**talk, 'id': 2}])]
    ['cancelled', 'added']
    >>> compare([talk], [dict(talk)])
    []

    A translation that came later is no other title.

    >>> compare([talk], [{**talk, 'name': {'en_US': 'Data', 'nl_NL': 'Gegevens'}}])
    []
    """
    earlier = {session['id']: session for session in before}
    later = {session['id']: session for session in after}
    changes = [
        {'kind': 'cancelled', 'before': session, 'after': None}
        for session_id, session in earlier.items()
        if session_id not in later
    ]
    for session_id, session in later.items():
        old = earlier.get(session_id)
        if old is None:
            changes.append({'kind': 'added', 'before': None, 'after': session})
            continue
        changes.extend({'kind': kind, 'before': old, 'after': session} for kind in _find_kinds(old, session))
    return sorted(changes, key=lambda change: KINDS.index(change['kind']))


def _find_kinds(old, new):
    """Kinds of what differs between two versions of one session."""
    if (old['start'], old['end']) != (new['start'], new['end']):
        yield 'moved'
    if old['room'] != new['room']:
        yield 'room'
    if any(old['name'][lang] != new['name'][lang] for lang in old['name'].keys() & new['name'].keys()):
        yield 'renamed'
    if old['speakers'] != new['speakers']:
        yield 'speakers'
    if [line['id'] for line in old['lines']] != [line['id'] for line in new['lines']]:
        yield 'lines'


def in_language(texts, lang):
    """A text in a reader's language, else in English, else in whatever there is.

    >>> in_language({'en_US': 'Data', 'nl_NL': 'Gegevens'}, 'nl_NL'), in_language({'fr_FR': 'Ville'}, 'nl_NL')
    ('Gegevens', 'Ville')
    >>> in_language({}, 'nl_NL')
    ''
    """
    return texts.get(lang) or texts.get('en_US') or next(iter(texts.values()), '')

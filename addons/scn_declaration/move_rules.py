"""Which move leads from where to where, as plain data. Nothing else decides; every pair not named is forbidden."""

from typing import NamedTuple


class MoveRule(NamedTuple):
    """``sources``: categories a move may start in; ``target``: category it leads to, None where it stays."""

    sources: frozenset
    target: str | None


MOVES = {
    'review': MoveRule(frozenset({'interest'}), 'review'),
    'start_validation': MoveRule(frozenset({'review'}), 'validation'),
    'validate': MoveRule(frozenset({'review', 'validation'}), 'validation'),
    'sign': MoveRule(frozenset({'validation'}), 'signed'),
    'join_provisionally': MoveRule(frozenset({'validation'}), 'provisional'),
    'ratify': MoveRule(frozenset({'provisional'}), 'signed'),
    'extend': MoveRule(frozenset({'provisional'}), None),
    'reconfirm': MoveRule(frozenset({'provisional', 'signed'}), None),
    'decline': MoveRule(frozenset({'interest', 'review', 'validation'}), 'declined'),
    'withdraw': MoveRule(frozenset({'provisional', 'signed'}), 'withdrawn'),
    'annul': MoveRule(frozenset({'validation', 'provisional', 'signed', 'declined', 'withdrawn'}), 'annulled'),
}
#: Moves by which a city's political representatives commit it: they ask for evidence.
COMMITTING = frozenset({'validate', 'sign', 'join_provisionally', 'ratify', 'reconfirm'})


def is_allowed(move, category):
    """Whether a move may start in a category.

    >>> is_allowed('sign', 'validation'), is_allowed('sign', 'interest'), is_allowed('sign', 'signed')
    (True, False, False)
    """
    return category in MOVES[move].sources


def sources_in_order(move, categories):
    """The categories a move may start in, in the order of the ladder.

    >>> sources_in_order('validate', ['interest', 'review', 'validation'])
    ['review', 'validation']
    """
    return [category for category in categories if category in MOVES[move].sources]

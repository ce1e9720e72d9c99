"""A day as rows that people read, and what differs between two versions of it. No Odoo in here.

A block is a dict as ``scn.appointment.block._prepare_snapshot`` writes it; times are minutes after midnight at the city.
"""

import hashlib
import json

from .visit_day_check import CONVERSATIONS, PLENARY


def canonical_json(value):
    """The one way to write a version down: keys sorted, no spaces.

    >>> canonical_json({'b': [1, None], 'a': 'ñ'})
    '{"a":"ñ","b":[1,null]}'
    """
    return json.dumps(value, sort_keys=True, separators=(',', ':'), ensure_ascii=False)


def fingerprint(text):
    """
    >>> fingerprint('')[:8]
    'e3b0c442'
    """
    return hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()


def lay_out(blocks):
    """Two lanes as rows: each block of the plenary with the conversations that begin while it lasts.

    Conversations outside any block of the plenary get a row of their own.

    :param blocks: dicts with ``id``, ``lane``, ``start``, ``minutes``
    :return: list of ``(block of the plenary or None, [conversations])`` by time

    >>> talk = {'id': 1, 'lane': 'plenary', 'start': 540, 'minutes': 60}
    >>> ana = {'id': 2, 'lane': 'conversations', 'start': 570, 'minutes': 30}
    >>> ben = {'id': 3, 'lane': 'conversations', 'start': 600, 'minutes': 30}
    >>> [(plenary and plenary['id'], [block['id'] for block in lane]) for plenary, lane in lay_out([ben, ana, talk])]
    [(1, [2]), (None, [3])]
    """
    ordered = sorted(blocks, key=lambda block: (block['start'], block['id']))
    plenary = [block for block in ordered if block['lane'] == PLENARY]
    rows = [(block, []) for block in plenary]
    alone = []
    for conversation in (block for block in ordered if block['lane'] == CONVERSATIONS):
        during = [
            lane
            for block, lane in rows
            if block['start'] <= conversation['start'] < block['start'] + max(block['minutes'], 1)
        ]
        if during:
            during[-1].append(conversation)
        elif alone and not any(alone[-1][0]['start'] < block['start'] <= conversation['start'] for block in plenary):
            alone[-1].append(conversation)
        else:
            alone.append([conversation])
    rows += [(None, conversations) for conversations in alone]
    return sorted(rows, key=lambda row: (row[0] or row[1][0])['start'])


def compare(old, new):
    """What changed from one version to the next.

    :param old: list of blocks, ``new`` likewise; a block keeps its ``id``
    :return: ``{'added': [block], 'removed': [block], 'changed': [(old block, new block, {names of values})]}``

    >>> found = compare([{'id': 1, 'start': 540}, {'id': 2, 'start': 600}], [{'id': 1, 'start': 545}, {'id': 3, 'start': 600}])
    >>> found['added'], found['removed'], [sorted(names) for __, __, names in found['changed']]
    ([{'id': 3, 'start': 600}], [{'id': 2, 'start': 600}], [['start']])
    """
    before, after = ({block['id']: block for block in blocks} for blocks in (old, new))
    changed = [
        (
            before[key],
            block,
            {name for name in before[key].keys() | block.keys() if before[key].get(name) != block.get(name)},
        )
        for key, block in after.items()
        if key in before
    ]
    return {
        'added': [block for key, block in after.items() if key not in before],
        'removed': [block for key, block in before.items() if key not in after],
        'changed': [(was, block, names) for was, block, names in changed if names],
    }

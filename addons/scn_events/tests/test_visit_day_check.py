"""The rules of a visit day as a table: a good day, and what one change to it brings to light."""

import doctest
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from .. import visit_day_check
from ..visit_day_check import (
    BREAK,
    CONVERSATIONS,
    LUNCH,
    DayBlock,
    DayRules,
    FindingCode,
    Slot,
    check_day,
    fill_conversations,
    plan_starts,
)

ANA, BEN, CLEO, DORA = 1, 2, 3, 4
EVA, FINN = 11, 12
RULES = DayRules(day_start=540, day_end=1020, language='nl_NL')


def block(key, name, start, minutes, **values):
    """A block of the plenary in the town hall, in the city's language unless said otherwise."""
    return DayBlock(key, name, start, minutes, **{'place': 'Town hall', 'language': 'nl_NL', **values})


#: 9:00 to 17:00 with the five formats, lunch and two breaks. Ana has a conversation while the others are at the workshop.
GOOD_DAY = (
    block(1, 'Presentation', 540, 60),
    block(2, 'Break', 600, 15, kind=BREAK),
    block(3, 'Round table', 615, 90),
    block(4, 'Lunch', 705, 60, kind=LUNCH),
    block(5, 'Workshop', 765, 105, people=frozenset({BEN, CLEO}), hosts=frozenset({EVA})),
    block(6, 'Break', 870, 15, kind=BREAK),
    block(7, 'Side visit', 905, 90, place='Repair café', transfer=20),
    block(8, 'Ana', 765, 30, lane=CONVERSATIONS, people=frozenset({ANA}), hosts=frozenset({FINN})),
)


def changed(key, **values):
    return tuple(replace(item, **values) if item.key == key else item for item in GOOD_DAY)


def without(*keys):
    return tuple(item for item in GOOD_DAY if item.key not in keys)


#: what is changed → (blocks, rules, [(code, blocks it is about)])
TABLE = {
    'a good day': (GOOD_DAY, RULES, []),
    'no blocks': ((), RULES, [('empty', ())]),
    'begins before the day': (changed(1, start=530), RULES, [('outside_day', (1,))]),
    'ends at the end of the day': (changed(7, minutes=115), RULES, []),
    'ends after the end of the day': (changed(7, minutes=116), RULES, [('outside_day', (7,)), ('sum_too_long', ())]),
    'one minute over': (changed(1, minutes=61), RULES, [('overlap', (1, 2))]),
    'over two blocks': (changed(1, minutes=80), RULES, [('overlap', (1, 2)), ('overlap', (1, 3))]),
    'no time to get there': (changed(7, start=904), RULES, [('transfer_short', (6, 7))]),
    'just the time to get there': (changed(7, start=905), RULES, []),
    'nobody thought of the way': (changed(7, transfer=0), RULES, [('transfer_missing', (6, 7))]),
    'a conversation against the workshop': (
        changed(8, people=frozenset({BEN})),
        RULES,
        [('person_twice', (8, 5))],
    ),
    'a conversation while all are together': (
        changed(8, start=640),
        RULES,
        [('person_twice', (3, 8)), ('host_twice', (3, 8))],
    ),
    'the host leads the workshop': (changed(8, hosts=frozenset({EVA})), RULES, [('host_twice', (8, 5))]),
    'two conversations of one person': (
        (*GOOD_DAY, replace(GOOD_DAY[7], key=9, name='Ana again', start=794, hosts=frozenset({FINN}))),
        RULES,
        [('person_twice', (8, 9)), ('host_twice', (8, 9))],
    ),
    'one conversation after the other': ((*GOOD_DAY, replace(GOOD_DAY[7], key=9, start=795)), RULES, []),
    'more than the day holds': (
        GOOD_DAY,
        replace(RULES, day_end=990),
        [('outside_day', (7,)), ('sum_too_long', ())],
    ),
    'the sum of all': (
        tuple(block(number, f'Talk {number}', 540, 170) for number in (1, 2, 3)),
        replace(RULES, longest_stretch=0, lunch_minutes=0),
        [('overlap', (1, 2)), ('overlap', (2, 3)), ('overlap', (1, 3)), ('sum_too_long', ())],
    ),
    'a longer day than people can bear': (GOOD_DAY, replace(RULES, longest_day=454), [('day_too_long', ())]),
    'a day they can bear': (GOOD_DAY, replace(RULES, longest_day=455), []),
    'no lunch': (
        without(4),
        RULES,
        [('lunch_missing', ())],
    ),
    'no lunch needed in an afternoon': (without(1, 2, 3, 4), RULES, []),
    'a short lunch': (changed(4, minutes=44), RULES, [('lunch_short', (4,))]),
    'lunch too early': (GOOD_DAY, replace(RULES, lunch_from=706), [('lunch_outside', (4,))]),
    'lunch too late': (GOOD_DAY, replace(RULES, lunch_until=704), [('lunch_outside', (4,))]),
    'no break in the morning': (
        changed(2, kind='session'),
        RULES,
        [('break_missing', (1, 2, 3))],
    ),
    'a break that is too short to be one': (
        changed(2, minutes=14),
        replace(RULES, break_minutes=15),
        [('break_missing', (1, 2, 3))],
    ),
    'free time is a break, too': (without(2), RULES, []),
    'the way is no break': (
        tuple(replace(item, transfer=15) if item.key == 3 else item for item in without(2)),
        RULES,
        [('break_missing', (1, 3))],
    ),
    'no language': (changed(1, language=''), RULES, [('language_missing', (1,))]),
    'another language': (changed(1, language='en_US'), RULES, [('language_other', (1,))]),
    'another language with an interpreter': (changed(1, language='en_US', is_interpreted=True), RULES, []),
    'a city without a language': (changed(1, language='en_US'), replace(RULES, language=''), []),
    'a break needs no language and no place': (changed(6, language='', place=''), RULES, []),
    'no place': (changed(3, place=''), RULES, [('place_missing', (3,))]),
    'online without a link': (changed(3, place='', is_online=True), RULES, [('link_missing', (3,))]),
    'online with a link': (changed(3, place='', is_online=True, has_link=True), RULES, []),
    'a conversation with nobody': (changed(8, people=frozenset()), RULES, [('nobody_named', (8,))]),
    'a conversation without a host': (changed(8, hosts=frozenset()), RULES, [('nobody_named', (8,))]),
}


@tagged('post_install', '-at_install')
class TestVisitDayCheck(BaseCase):
    def test_examples_in_the_docstrings_hold(self):
        result = doctest.testmod(visit_day_check)
        self.assertGreater(result.attempted, 0)
        self.assertFalse(result.failed)

    def test_table(self):
        for name, (blocks, rules, expected) in TABLE.items():
            with self.subTest(name):
                for given_blocks in (blocks, blocks[::-1]):
                    found = [(finding.code.value, finding.keys) for finding in check_day(given_blocks, rules)]
                    self.assertEqual(found, expected)

    def test_every_code_is_in_the_table(self):
        codes = {code for __, __, expected in TABLE.values() for code, __ in expected} | {'no_conversation'}
        self.assertEqual(codes, {code.value for code in FindingCode})

    def test_whoever_is_wished_for_has_a_conversation(self):
        self.assertEqual(check_day(GOOD_DAY, RULES, [ANA]), [])
        found = [(finding.code.value, finding.values) for finding in check_day(GOOD_DAY, RULES, [ANA, BEN])]
        self.assertEqual(found, [('no_conversation', {'person': BEN})])

    def test_what_cannot_be_held_comes_first(self):
        blocks = tuple(replace(item, language='') for item in changed(1, minutes=61))
        findings = check_day(blocks, RULES)
        self.assertEqual([finding.severity for finding in findings], ['error'] + ['warning'] * 5)

    def test_starts_follow_each_other(self):
        self.assertEqual(plan_starts([], 540), [])
        self.assertEqual(
            plan_starts([(None, 30, 60), (None, 0, 15), (690, 0, 60), (None, 20, 90)], 540), [540, 600, 690, 770]
        )


@tagged('post_install', '-at_install')
class TestFillConversations(BaseCase):
    plenary = without(8)

    def fill(self, people, hosts, blocks=None, minutes=30, pause=0):
        return fill_conversations(people, hosts, self.plenary if blocks is None else blocks, RULES, minutes, pause)

    def test_only_while_the_plenary_leaves_them_free(self):
        """Ana and Dora are free during the workshop, and all are after the side visit; Finn is, Eva leads the workshop."""
        placed, left = self.fill([ANA, BEN, DORA], [EVA, FINN])
        self.assertEqual(placed, {ANA: Slot(765, FINN), DORA: Slot(795, FINN)})
        self.assertEqual(left, [BEN], "25 minutes after the side visit are too few")

    def test_whoever_has_one_chance_gets_it(self):
        """Ana could have both times, Ben only the first: taken one after the other Ben would be left over."""
        blocks = (
            block(1, 'All', 600, 420),
            block(2, 'Talk', 570, 30, people=frozenset({BEN}), hosts=frozenset({EVA})),
        )
        placed, left = self.fill([ANA, BEN], [FINN], blocks)
        self.assertEqual((placed, left), ({BEN: Slot(540, FINN), ANA: Slot(570, FINN)}, []))

    def test_pause_between_two_of_one_host(self):
        placed, __ = self.fill([ANA, BEN, CLEO], [EVA, FINN], blocks=(), pause=10)
        self.assertEqual(placed, {ANA: Slot(540, EVA), BEN: Slot(540, FINN), CLEO: Slot(580, EVA)})

    def test_nobody_and_no_room(self):
        self.assertEqual(self.fill([], [EVA]), ({}, []))
        self.assertEqual(self.fill([ANA], []), ({}, [ANA]))
        self.assertEqual(self.fill([ANA], [EVA], minutes=600), ({}, [ANA]))

    @settings(max_examples=60, deadline=None, derandomize=True)
    @given(
        people=st.lists(st.integers(1, 8), unique=True, max_size=8),
        hosts=st.lists(st.integers(11, 13), unique=True, max_size=3),
        spans=st.lists(
            st.tuples(
                st.integers(540, 1000),
                st.integers(5, 120),
                st.frozensets(st.integers(1, 8), max_size=3),
                st.frozensets(st.integers(11, 13), max_size=2),
            ),
            max_size=6,
        ),
        minutes=st.integers(10, 60),
        pause=st.integers(0, 15),
    )
    def test_whatever_the_day_nobody_is_in_two_places(self, people, hosts, spans, minutes, pause):
        blocks = [
            DayBlock(number, str(number), start, length, people=who, hosts=whose)
            for number, (start, length, who, whose) in enumerate(spans)
        ]
        placed, left = fill_conversations(people, hosts, blocks, RULES, minutes, pause)
        self.assertEqual(sorted([*placed, *left]), sorted(people))
        conversations = [
            DayBlock(
                100 + person,
                str(person),
                slot.start,
                minutes,
                lane=CONVERSATIONS,
                people=frozenset({person}),
                hosts=frozenset({slot.host}),
            )
            for person, slot in placed.items()
        ]
        about_conversations = [
            finding.code
            for finding in check_day([*blocks, *conversations], RULES)
            if any(key >= 100 for key in finding.keys)
        ]
        twice = {FindingCode.PERSON_TWICE, FindingCode.HOST_TWICE, FindingCode.OUTSIDE_DAY}
        self.assertFalse(twice & set(about_conversations))
        self.assertEqual((placed, left), fill_conversations(people, hosts, blocks, RULES, minutes, pause))

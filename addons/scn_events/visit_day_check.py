"""Is the programme of a visit day one that people can follow? Plain rules about minutes; no Odoo in here.

Times are minutes after midnight on the city's clock. Spans are half open: a block that begins when another ends does not
overlap it. What is long, late or short is not decided here but given as ``DayRules``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

PLENARY = 'plenary'
CONVERSATIONS = 'conversations'
LUNCH = 'lunch'
BREAK = 'break'
PAUSES = frozenset({LUNCH, BREAK})


class FindingCode(StrEnum):
    """Everything the check may find, in the order in which it is told.

    >>> FindingCode('overlap').severity
    'error'
    """

    EMPTY = 'empty'
    OUTSIDE_DAY = 'outside_day'
    OVERLAP = 'overlap'
    TRANSFER_SHORT = 'transfer_short'
    PERSON_TWICE = 'person_twice'
    HOST_TWICE = 'host_twice'
    SUM_TOO_LONG = 'sum_too_long'
    NOBODY_NAMED = 'nobody_named'
    DAY_TOO_LONG = 'day_too_long'
    TRANSFER_MISSING = 'transfer_missing'
    LUNCH_MISSING = 'lunch_missing'
    LUNCH_SHORT = 'lunch_short'
    LUNCH_OUTSIDE = 'lunch_outside'
    BREAK_MISSING = 'break_missing'
    NO_CONVERSATION = 'no_conversation'
    LANGUAGE_MISSING = 'language_missing'
    LANGUAGE_OTHER = 'language_other'
    PLACE_MISSING = 'place_missing'
    LINK_MISSING = 'link_missing'

    @property
    def severity(self) -> str:
        """``error``: the day cannot be held like this. ``warning``: somebody should look at it."""
        return 'error' if self in ERRORS else 'warning'


ERRORS = frozenset(
    {
        FindingCode.OUTSIDE_DAY,
        FindingCode.OVERLAP,
        FindingCode.TRANSFER_SHORT,
        FindingCode.PERSON_TWICE,
        FindingCode.HOST_TWICE,
        FindingCode.SUM_TOO_LONG,
        FindingCode.NOBODY_NAMED,
    }
)


@dataclass(frozen=True)
class DayBlock:
    """One block of a day.

    :param key: what the caller knows it by
    :param people: keys of the city's people who are named; none in the plenary means everybody
    :param hosts: keys of the hosts who are named; none in the plenary means all of them
    :param transfer: minutes it takes to get to its place from the block before
    """

    key: int
    name: str
    start: int
    minutes: int
    kind: str = 'session'
    lane: str = PLENARY
    place: str = ''
    transfer: int = 0
    language: str = ''
    is_interpreted: bool = False
    is_online: bool = False
    has_link: bool = False
    people: frozenset[int] = frozenset()
    hosts: frozenset[int] = frozenset()

    @property
    def end(self) -> int:
        return self.start + self.minutes

    def overlaps(self, start: int, end: int) -> bool:
        """
        >>> DayBlock(1, 'Talk', 540, 60).overlaps(600, 630)
        False
        """
        return self.start < end and start < self.end

    def takes_person(self, person: int) -> bool:
        return person in self.people or (self.lane == PLENARY and not self.people)

    def takes_host(self, host: int) -> bool:
        return host in self.hosts or (self.lane == PLENARY and not self.hosts)


@dataclass(frozen=True)
class DayRules:
    """What is long, late or short. Minutes; 0 or an empty text leaves a rule out."""

    day_start: int = 540
    day_end: int = 1020
    longest_day: int = 540
    lunch_from: int = 690
    lunch_until: int = 840
    lunch_minutes: int = 45
    longest_stretch: int = 120
    break_minutes: int = 15
    language: str = ''


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with a day.

    :param keys: the blocks it is about
    :param values: what the sentence about it names; times are minutes after midnight
    """

    code: FindingCode
    keys: tuple[int, ...] = ()
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def severity(self) -> str:
        return self.code.severity


def check_day(blocks: Iterable[DayBlock], rules: DayRules, wished: Iterable[int] = ()) -> list[Finding]:
    """Everything that is wrong with a day, the gravest first; an empty list for a good one.

    The order of the blocks given does not matter.

    :param wished: people of the city for whom a conversation is wished
    """
    ordered = sorted(blocks, key=lambda block: (block.start, block.end, block.key))
    if not ordered:
        return [Finding(FindingCode.EMPTY)]
    plenary = [block for block in ordered if block.lane == PLENARY]
    findings = [
        *_check_bounds(ordered, rules),
        *_check_sequence(plenary),
        *_check_twice(ordered),
        *_check_sum(ordered, plenary, rules),
        *_check_lunch(plenary, rules),
        *_check_breaks(plenary, rules),
        *_check_wishes(ordered, wished),
        *_check_details(ordered, rules),
    ]
    order = list(FindingCode)
    return sorted(findings, key=lambda finding: (finding.severity != 'error', order.index(finding.code)))


def _check_bounds(blocks: Sequence[DayBlock], rules: DayRules) -> Iterator[Finding]:
    for block in blocks:
        if block.start < rules.day_start or block.end > rules.day_end:
            values = {'name': block.name, 'start': rules.day_start, 'end': rules.day_end}
            yield Finding(FindingCode.OUTSIDE_DAY, (block.key,), values)


def _check_sequence(plenary: Sequence[DayBlock]) -> Iterator[Finding]:
    """One thing at a time in the plenary, and time to get from place to place."""
    for first, second in pairwise(plenary):
        keys = (first.key, second.key)
        values = {'first': first.name, 'second': second.name}
        gap = second.start - first.end
        moves = bool(first.place and second.place and first.place != second.place)
        if gap < 0:
            yield Finding(FindingCode.OVERLAP, keys, {**values, 'minutes': -gap})
        elif gap < second.transfer:
            yield Finding(FindingCode.TRANSFER_SHORT, keys, {**values, 'gap': gap, 'minutes': second.transfer})
        if moves and not second.transfer:
            yield Finding(FindingCode.TRANSFER_MISSING, keys, {**values, 'place': second.place})
    # a long block may overlap more than the one after it
    for position, first in enumerate(plenary):
        for second in plenary[position + 2 :]:
            if second.start < first.end:
                values = {'first': first.name, 'second': second.name, 'minutes': first.end - second.start}
                yield Finding(FindingCode.OVERLAP, (first.key, second.key), values)


def _check_twice(blocks: Sequence[DayBlock]) -> Iterator[Finding]:
    """Nobody is in two places at one time: conversations against each other and against the plenary."""
    for position, first in enumerate(blocks):
        for second in blocks[position + 1 :]:
            if first.lane == second.lane == PLENARY or not first.overlaps(second.start, second.end):
                continue
            keys = (first.key, second.key)
            values = {'first': first.name, 'second': second.name}
            for person in sorted(first.people | second.people):
                if first.takes_person(person) and second.takes_person(person):
                    yield Finding(FindingCode.PERSON_TWICE, keys, {**values, 'person': person})
            for host in sorted(first.hosts | second.hosts):
                if first.takes_host(host) and second.takes_host(host):
                    yield Finding(FindingCode.HOST_TWICE, keys, {**values, 'host': host})


def _check_sum(ordered: Sequence[DayBlock], plenary: Sequence[DayBlock], rules: DayRules) -> Iterator[Finding]:
    needed = sum(block.minutes + block.transfer for block in plenary)
    available = rules.day_end - rules.day_start
    if needed > available:
        yield Finding(FindingCode.SUM_TOO_LONG, (), {'minutes': needed, 'available': available})
    length = max(block.end for block in ordered) - ordered[0].start
    if rules.longest_day and length > rules.longest_day:
        yield Finding(FindingCode.DAY_TOO_LONG, (), {'minutes': length, 'longest': rules.longest_day})


def _check_lunch(plenary: Sequence[DayBlock], rules: DayRules) -> Iterator[Finding]:
    """A day that spans the hours of lunch has one, long enough and within them."""
    if not rules.lunch_minutes or not plenary:
        return
    values = {'start': rules.lunch_from, 'end': rules.lunch_until, 'minutes': rules.lunch_minutes}
    lunches = [block for block in plenary if block.kind == LUNCH]
    spans = plenary[0].start < rules.lunch_from and max(block.end for block in plenary) > rules.lunch_until
    if spans and not lunches:
        yield Finding(FindingCode.LUNCH_MISSING, (), values)
    for lunch in lunches:
        if lunch.minutes < rules.lunch_minutes:
            yield Finding(FindingCode.LUNCH_SHORT, (lunch.key,), values)
        if not rules.lunch_from <= lunch.start <= rules.lunch_until:
            yield Finding(FindingCode.LUNCH_OUTSIDE, (lunch.key,), values)


def _check_breaks(plenary: Sequence[DayBlock], rules: DayRules) -> Iterator[Finding]:
    """Nobody sits longer than the longest stretch; getting from place to place is no break."""
    if not rules.longest_stretch:
        return
    stretch: list[DayBlock] = []
    for block in plenary:
        is_pause = block.kind in PAUSES and block.minutes >= rules.break_minutes
        free = block.start - max((earlier.end for earlier in stretch), default=block.start) - block.transfer
        if is_pause or free >= max(rules.break_minutes, 1):
            yield from _check_stretch(stretch, rules)
            stretch = []
        if not is_pause:
            stretch.append(block)
    yield from _check_stretch(stretch, rules)


def _check_stretch(stretch: Sequence[DayBlock], rules: DayRules) -> Iterator[Finding]:
    if not stretch:
        return
    start, end = stretch[0].start, max(block.end for block in stretch)
    if end - start > rules.longest_stretch:
        values = {'start': start, 'end': end, 'minutes': rules.longest_stretch}
        yield Finding(FindingCode.BREAK_MISSING, tuple(block.key for block in stretch), values)


def _check_wishes(blocks: Sequence[DayBlock], wished: Iterable[int]) -> Iterator[Finding]:
    planned = {person for block in blocks if block.lane == CONVERSATIONS for person in block.people}
    for person in wished:
        if person not in planned:
            yield Finding(FindingCode.NO_CONVERSATION, (), {'person': person})


def _check_details(blocks: Sequence[DayBlock], rules: DayRules) -> Iterator[Finding]:
    """What each block needs by itself: people for a conversation, a language, a place, a link."""
    for block in blocks:
        values = {'name': block.name}
        if block.lane == CONVERSATIONS and not (block.people and block.hosts):
            yield Finding(FindingCode.NOBODY_NAMED, (block.key,), values)
        if block.is_online and not block.has_link:
            yield Finding(FindingCode.LINK_MISSING, (block.key,), values)
        if block.kind in PAUSES:
            continue
        if not block.language:
            yield Finding(FindingCode.LANGUAGE_MISSING, (block.key,), values)
        elif rules.language and block.language != rules.language and not block.is_interpreted:
            yield Finding(FindingCode.LANGUAGE_OTHER, (block.key,), {**values, 'language': block.language})
        if not block.place and not block.is_online:
            yield Finding(FindingCode.PLACE_MISSING, (block.key,), values)


@dataclass(frozen=True)
class Slot:
    """A time at which one host may have a conversation."""

    start: int
    host: int


def fill_conversations(
    people: Sequence[int],
    hosts: Sequence[int],
    blocks: Sequence[DayBlock],
    rules: DayRules,
    minutes: int,
    pause: int = 0,
) -> tuple[dict[int, Slot], list[int]]:
    """A conversation for as many of the people as there is room for, none against the plenary or another one.

    Each host's free time is cut into conversations; people and cuts are matched so that the number is the largest
    possible for these cuts (augmenting paths), early ones first. The same input gives the same answer.

    :param people: who wishes one, in the order in which they are served
    :param hosts: who may lead one, in the order of preference
    :param blocks: what stands in the day already
    :param minutes: length of a conversation; ``pause``: minutes between two of one host
    :return: ``{person: Slot}``, and the people for whom there is no room, in their order
    """
    slots = sorted(
        (slot for host in hosts for slot in _cut(host, blocks, rules, minutes, pause)),
        key=lambda slot: (slot.start, hosts.index(slot.host)),
    )
    possible = {
        person: [
            slot
            for slot in slots
            if not any(
                block.takes_person(person) and block.overlaps(slot.start, slot.start + minutes) for block in blocks
            )
        ]
        for person in people
    }
    taken: dict[Slot, int] = {}

    def place(person: int, tried: set[Slot]) -> bool:
        """The first free slot, else one whose holder can go elsewhere."""
        free = next((slot for slot in possible[person] if slot not in taken), None)
        if free:
            taken[free] = person
            return True
        for slot in possible[person]:
            if slot not in tried:
                tried.add(slot)
                if place(taken[slot], tried):
                    taken[slot] = person
                    return True
        return False

    left = [person for person in people if not place(person, set())]
    return {person: slot for slot, person in sorted(taken.items(), key=lambda item: item[0].start)}, left


def _cut(host: int, blocks: Sequence[DayBlock], rules: DayRules, minutes: int, pause: int) -> Iterator[Slot]:
    """Times between what a host has in the day already, one conversation after the other."""
    busy = sorted((block.start, block.end) for block in blocks if block.takes_host(host))
    free_from = rules.day_start
    for start, end in [*busy, (rules.day_end, rules.day_end)]:
        while free_from + minutes <= start:
            yield Slot(free_from, host)
            free_from += minutes + pause
        free_from = max(free_from, end)


def plan_starts(blocks: Sequence[tuple[int | None, int, int]], day_start: int) -> list[int]:
    """Starts of the plenary's blocks in their order: a fixed one where it is given, else right after the one before.

    :param blocks: ``(fixed start or None, transfer, minutes)`` of each

    >>> plan_starts([(None, 0, 60), (None, 15, 30), (720, 0, 60)], 540)
    [540, 615, 720]
    """
    starts, free_from = [], day_start
    for fixed, transfer, minutes in blocks:
        # what comes first needs no transfer: people come there from home
        start = fixed if fixed is not None else free_from + (transfer if starts else 0)
        starts.append(start)
        free_from = start + minutes
    return starts


def clock(minutes: int) -> str:
    """
    >>> clock(545)
    '09:05'
    """
    return f'{minutes // 60 % 24:02d}:{minutes % 60:02d}'

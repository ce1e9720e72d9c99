"""Why a registration is refused: fixed codes for automation, and what goes with them. No Odoo in here."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class GateCode(StrEnum):
    """Every reason for which the gate refuses, in the order in which it looks.

    >>> GateCode('tier_too_low').value
    'tier_too_low'
    """

    EVENT_CANCELLED = 'event_cancelled'
    EVENT_ENDED = 'event_ended'
    TICKET_NOT_YET = 'ticket_not_yet'
    TICKET_ENDED = 'ticket_ended'
    TICKET_MISSING = 'ticket_missing'
    NO_CITY = 'no_city'
    TIER_TOO_LOW = 'tier_too_low'
    PARTNERSHIP_ENDS = 'partnership_ends'
    BENEFIT_RESTS = 'benefit_rests'
    ORDER_LIMIT = 'order_limit'
    CITY_LIMIT = 'city_limit'
    SOLD_OUT = 'sold_out'


#: What is about the city and its tier: decided again when a partnership changes.
CITY_CODES = frozenset({GateCode.NO_CITY, GateCode.TIER_TOO_LOW, GateCode.PARTNERSHIP_ENDS, GateCode.BENEFIT_RESTS})


@dataclass(frozen=True)
class Refusal:
    """One refusal.

    :param code: why, for automation: one of these, or a ``call_codes.CallCode``
    :param reason: why, in words, for who asked
    :param tier: name of the lowest tier that would allow it; empty where no tier helps
    """

    code: StrEnum
    reason: str
    tier: str = ''

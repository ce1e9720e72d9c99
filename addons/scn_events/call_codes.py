"""Why a call takes no proposal: fixed codes for automation. No Odoo in here. The sentence goes with it as a
``gate_codes.Refusal``."""

from enum import StrEnum


class CallCode(StrEnum):
    """Every reason for which a call refuses, in the order in which it looks.

    >>> CallCode('call_closed').value
    'call_closed'
    """

    CALL_MISSING = 'call_missing'
    EVENT_CANCELLED = 'event_cancelled'
    EVENT_ENDED = 'event_ended'
    CALL_NOT_YET = 'call_not_yet'
    CALL_CLOSED = 'call_closed'
    NO_CITY = 'no_city'
    CITIES_ELSEWHERE = 'cities_elsewhere'
    NOT_ASKING = 'not_asking'
    TIER_TOO_LOW = 'tier_too_low'
    BENEFIT_RESTS = 'benefit_rests'
    TOO_MANY = 'too_many'

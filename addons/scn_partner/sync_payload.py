"""The payloads of the sync's methods: limits and checks, as plain functions without Odoo.

Whatever arrives is hostile until it was checked here. A payload that is not of the contract is refused whole
(``PayloadError``); one bad record among good ones is refused alone (``RecordError``).
"""

import hashlib
import json
import re
from collections import namedtuple
from datetime import datetime

PROTOCOL = 1
MAX_RECORDS = 500
MAX_BYTES = 2_000_000

SOURCE = re.compile(r'[a-z0-9][a-z0-9._:-]{0,63}')
KEY = re.compile(r'[A-Za-z0-9_.:-]{1,64}')
EXTERNAL_ID = re.compile(r'[0-9a-f]{64}')
REASON_CODE = re.compile(r'[a-z_]{1,40}')
LANGUAGE = re.compile(r'[a-z]{2}')
COUNTRY = re.compile(r'[A-Z]{2}')
WISH = re.compile(r'[a-z_]{1,40}')
DATETIME = re.compile(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ', re.ASCII)
#: Controls other than line ends and tabs, and lone surrogates: no database and no XML can carry them.
FORBIDDEN = re.compile('[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]')

#: What a call of ``sync_receive`` can do with a record.
STATUSES = frozenset({'created', 'updated', 'unchanged', 'review', 'rejected', 'wanted'})

#: The forms a record may have; ``sync_info`` names them.
RECORD_FORMS = ('whole', 'fingerprint')

#: Longest text per field, in characters.
TEXT_LIMITS = {
    'unit': 120,
    'name': 120,
    'position': 120,
    'email': 254,
    'phone': 40,
    'city': 120,
    'subject': 200,
    'raw_text': 20_000,
}
CONSENT_LIMITS = {'wording': 2_000, 'source': 200}
RECORD_KEYS = frozenset(
    {
        'external_id',
        'received_at',
        'language',
        'country',
        'wants',
        'consent',
        'review_reasons',
        *TEXT_LIMITS,
    }
)
FINGERPRINT_KEYS = frozenset({'external_id', 'payload_hash'})

#: One record as it was sent; ``content`` is None when only its fingerprint was.
SentRecord = namedtuple('SentRecord', ('external_id', 'payload_hash', 'content'))

_canonical = json.JSONEncoder(sort_keys=True, separators=(',', ':'), ensure_ascii=True).encode


class PayloadError(ValueError):
    """The payload as a whole is not of the contract; the message says what is wrong, without its content."""


class RecordError(ValueError):
    """One record is not of the contract.

    ``external_id`` as far as it could be read, ``reason`` a code.
    """

    def __init__(self, external_id, reason):
        super().__init__(reason)
        self.external_id = external_id
        self.reason = reason


def canonical_hash(value):
    """SHA-256 of a JSON value, independent of key order and white space.

    >>> canonical_hash({'a': 1, 'b': 2}) == canonical_hash({'b': 2, 'a': 1})
    True
    """
    return hashlib.sha256(_canonical(value).encode('ascii')).hexdigest()


def parse_datetime(text):
    """Naive UTC datetime of ``2026-01-31T08:00:00Z``, or None for None.

    >>> parse_datetime('2026-01-31T08:00:00Z')
    datetime.datetime(2026, 1, 31, 8, 0)

    :raises ValueError: for any other text
    :raises TypeError: for what is no text
    """
    if text is None:
        return None
    if not DATETIME.fullmatch(text):
        raise ValueError(text)
    # a tenth of what strptime takes, and every record has two
    return datetime.fromisoformat(text.removesuffix('Z'))


def _refuse_duplicate_keys(pairs):
    value = dict(pairs)
    if len(value) != len(pairs):
        raise PayloadError("a key stands twice in one object")
    return value


def _refuse_constant(name):
    raise PayloadError(f"{name} is no JSON number")


def parse_payload(payload, keys, optional=frozenset()):
    """Read and check the envelope of a call.

    :param str payload: JSON text
    :param set keys: the keys it must have
    :param set optional: the keys it may have besides, and no others
    :return: the parsed object
    :raises PayloadError: when it is not of the contract
    """
    if not isinstance(payload, str):
        raise PayloadError("the argument is not a JSON text")
    if len(payload.encode('utf-8', 'surrogatepass')) > MAX_BYTES:
        raise PayloadError(f"a call may have at most {MAX_BYTES} bytes, send smaller batches")
    try:
        request = json.loads(payload, object_pairs_hook=_refuse_duplicate_keys, parse_constant=_refuse_constant)
    except PayloadError:
        raise
    except (ValueError, RecursionError):
        raise PayloadError("the argument is not valid JSON") from None
    if not isinstance(request, dict) or request.keys() - optional != keys:
        raise PayloadError(f"an object with exactly the keys {', '.join(sorted(keys))} is needed")
    _validate_head(request)
    if 'records' in keys:
        _check_list(request['records'], 'records')
    if 'external_ids' in keys:
        validate_withdrawal(request)
    if 'expected' in request:
        _validate_expected(request)
    return request


def _validate_head(request):
    if type(request['protocol']) is not int or request['protocol'] != PROTOCOL:
        raise PayloadError(f"this server speaks protocol {PROTOCOL}; update the sync or the addon")
    for key, pattern in (('source', SOURCE), ('run', KEY), ('batch', KEY), ('of_run', KEY)):
        if key in request and not (isinstance(request[key], str) and pattern.fullmatch(request[key])):
            raise PayloadError(f"{key} is missing or has characters that are not allowed")


def _validate_expected(request):
    expected = request['expected']
    if not isinstance(expected, list) or len(expected) != len(request['records']):
        raise PayloadError("expected must be a list with one status for each record")
    if not all(isinstance(status, str) and status in STATUSES for status in expected):
        raise PayloadError(f"an expected status is one of {', '.join(sorted(STATUSES))}")


def _check_list(value, name):
    if not isinstance(value, list) or not value or len(value) > MAX_RECORDS:
        raise PayloadError(f"{name} must be a list of 1 to {MAX_RECORDS}")


def validate_withdrawal(request):
    """Check the ids and the reason of a withdrawal.

    :raises PayloadError: when one is not of the contract
    """
    _check_list(request['external_ids'], 'external_ids')
    if not all(isinstance(value, str) and EXTERNAL_ID.fullmatch(value) for value in request['external_ids']):
        raise PayloadError("an external id is 64 small hexadecimal digits")
    if not is_clean_text(request['reason'], 200):
        raise PayloadError("reason must be a text of at most 200 characters")


def is_clean_text(value, limit):
    """Whether it is a text within its limit that a database can hold and XML can carry."""
    return isinstance(value, str) and len(value) <= limit and not FORBIDDEN.search(value)


def read_record(record):
    """Check one record of the contract, whole or as its fingerprint.

    :param record: anything
    :return: ``SentRecord``
    :raises RecordError: with a reason code that names the field
    """
    if not isinstance(record, dict):
        raise RecordError(None, 'not_an_object')
    external_id = record.get('external_id')
    if not isinstance(external_id, str) or not EXTERNAL_ID.fullmatch(external_id):
        raise RecordError(None, 'external_id_invalid')
    if record.keys() == FINGERPRINT_KEYS:
        if not isinstance(record['payload_hash'], str) or not EXTERNAL_ID.fullmatch(record['payload_hash']):
            raise RecordError(external_id, 'payload_hash_invalid')
        return SentRecord(external_id, record['payload_hash'], None)
    if record.keys() != RECORD_KEYS:
        raise RecordError(external_id, 'keys_invalid')
    _validate_fields(external_id, record)
    return SentRecord(external_id, canonical_hash(record), record)


def _validate_fields(external_id, record):
    for name, limit in TEXT_LIMITS.items():
        if record[name] is not None and not is_clean_text(record[name], limit):
            raise RecordError(external_id, f'{name}_invalid')
    for name, pattern in (('language', LANGUAGE), ('country', COUNTRY)):
        if record[name] is not None and not (isinstance(record[name], str) and pattern.fullmatch(record[name])):
            raise RecordError(external_id, f'{name}_invalid')
    for name, pattern in (('wants', WISH), ('review_reasons', REASON_CODE)):
        values = record[name]
        if (
            not isinstance(values, list)
            or len(values) > 20
            or not all(isinstance(value, str) and pattern.fullmatch(value) for value in values)
        ):
            raise RecordError(external_id, f'{name}_invalid')
    _validate_datetime(external_id, 'received_at', record['received_at'])
    _validate_consent(external_id, record['consent'])


def _validate_datetime(external_id, name, value):
    try:
        if value is not None and parse_datetime(value).year < 1970:
            raise RecordError(external_id, f'{name}_invalid')
    except (TypeError, ValueError):
        raise RecordError(external_id, f'{name}_invalid') from None


def _validate_consent(external_id, consent):
    if consent is None:
        return
    if not isinstance(consent, dict) or consent.keys() != {'given_at', *CONSENT_LIMITS}:
        raise RecordError(external_id, 'consent_invalid')
    for name, limit in CONSENT_LIMITS.items():
        if consent[name] is not None and not is_clean_text(consent[name], limit):
            raise RecordError(external_id, 'consent_invalid')
    _validate_datetime(external_id, 'consent', consent['given_at'])

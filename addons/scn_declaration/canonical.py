"""Hashes of the Declaration as plain functions without Odoo: anyone can repeat them with any language's standard library.

Canonical JSON here is: keys sorted, no spaces, UTF-8 without escapes, no floats; dates as ``2018-11-16``.
"""

import hashlib
import json
import secrets

#: Stands where the first entry of a chain, or the first digest, names the one before it.
GENESIS = '0' * 64
SALT_BYTES = 32


def canonical_json(value):
    """The one way to write a value down.

    :param value: dict, list, str, int, bool or None, nested
    :raises TypeError: for anything else, floats included: their digits differ between languages

    >>> canonical_json({'b': [1, None], 'a': 'ñ'})
    '{"a":"ñ","b":[1,null]}'
    """
    _check_plain(value)
    return json.dumps(value, sort_keys=True, separators=(',', ':'), ensure_ascii=False)


def _check_plain(value):
    if isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str):
                raise TypeError(f"A key must be text: {type(key).__name__}")
            _check_plain(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            _check_plain(item)
    elif not isinstance(value, (str, int, type(None))):
        raise TypeError(f"Not to be written canonically: {type(value).__name__}")


def sha256_text(text):
    """Hexadecimal SHA-256 of a text in UTF-8.

    >>> sha256_text('')[:8]
    'e3b0c442'
    """
    return hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()


def sha256_json(value):
    """Hexadecimal SHA-256 of a value's canonical JSON.

    >>> sha256_json({'a': 1}) == sha256_text('{"a":1}')
    True
    """
    return sha256_text(canonical_json(value))


def new_salt():
    """Random text that makes a commitment impossible to guess."""
    return secrets.token_hex(SALT_BYTES)


def commitment(salt, value):
    """What stands in the log instead of a personal value. Without the salt it says nothing about the value.

    >>> commitment('s', 'Ana') == sha256_json(['s', 'Ana'])
    True
    """
    return sha256_json([salt, value])

from odoo import fields, models

from ..canonical import GENESIS, canonical_json, commitment, new_salt, sha256_text
from .scn_declaration_signature import FACT_FIELDS, PERSONAL_FIELDS

PROTOCOL = 1


def plain(value):
    """A field's value as canonical JSON takes it: dates as text, nothing as None."""
    if value is False or value is None or value == '':
        return None
    if hasattr(value, 'isoformat'):
        return value.isoformat()
    return value


class ScnDeclarationSignature(models.Model):
    """What an entry of the log writes down, and appending it.

    An entry holds everything the register, the certificate and a dispute need: facts, history, text, evidence and
    reservations as they are after the move. Personal values stand there as salted commitments only.
    """

    _inherit = 'scn.declaration.signature'

    def _prepare_snapshot(self):
        """What the signature says now.

        :return: dict of plain values without anything personal; ``verify`` compares it with the last entry
        """
        self.ensure_one()
        return {
            'city': self.partner_id.id,
            'version': [self.version_id.number, self.version_id.content_hash],
            'reason': self.reason_id.id or None,
            'validation_evidence': self.validation_evidence_id.id or None,
            'facts': {
                name: bool(self[name]) if self._fields[name].type == 'boolean' else plain(self[name])
                for name in FACT_FIELDS
            },
            'timeline': [
                [
                    row.category,
                    row.version_id.number,
                    plain(row.valid_from),
                    plain(row.valid_to),
                    plain(row.recorded_at),
                ]
                for row in self.status_ids.sorted('valid_from')
            ],
            'evidence': [
                {
                    'id': record.id,
                    'kind': record.kind,
                    'strength': record.strength,
                    'lang': plain(record.lang),
                    'date': plain(record.date),
                    'file': plain(record.file_hash),
                    'erased': plain(record.erased_on),
                }
                for record in self.evidence_ids.sorted('id')
                if record.is_used
            ],
            'reservations': [
                [record.id, record.article_id.number, record.visibility] for record in self.reservation_ids.sorted('id')
            ],
        }

    def _prepare_personal_values(self):
        """Values that are committed to, never written down.

        :return: dict name → text or None
        """
        self.ensure_one()
        values = {name: plain(self[name]) for name in PERSONAL_FIELDS}
        for record in self.evidence_ids.filtered('is_used'):
            values[f'evidence:{record.id}:source'] = plain(record.source)
            values[f'evidence:{record.id}:file_name'] = plain(record.file_name)
        for record in self.reservation_ids:
            values[f'reservation:{record.id}:note'] = plain(record.note)
        return values

    def _append(self, move, details=None):
        """Add one entry to the log: under the lock of the row, so that of two at once exactly one is next.

        :param str move: what happened, e.g. ``sign``
        :param dict details: further plain values; nothing personal
        :return: the entry
        """
        self.ensure_one()
        signature = self.sudo()
        signature._lock()
        signature.evidence_ids._seal()
        at = fields.Datetime.now()
        number = signature.head_number + 1
        secrets = {
            name: (new_salt(), value)
            for name, value in signature._prepare_personal_values().items()
            if value is not None
        }
        payload = {
            'protocol': PROTOCOL,
            'signature': signature.name,
            'declaration': signature.declaration_id.code,
            'number': number,
            'move': move,
            'at': at.isoformat(),
            'by': self.env.uid,
            'previous': signature.head_hash or GENESIS,
            **signature._prepare_snapshot(),
            'personal': {name: commitment(salt, value) for name, (salt, value) in secrets.items()},
            'details': details or {},
        }
        text = canonical_json(payload)
        entry_hash = sha256_text(text)
        signature._write_facts({'head_number': number, 'head_hash': entry_hash})
        # The row of the signature first: a concurrent move fails there, in a way that is repeated.
        self.env.flush_all()
        return (
            self.env['scn.declaration.log']
            .sudo()
            .create(
                {
                    'signature_id': signature.id,
                    'number': number,
                    'move': move,
                    'at': at,
                    'user_id': self.env.uid,
                    'payload': text,
                    'prev_hash': payload['previous'],
                    'hash': entry_hash,
                    'value_ids': [
                        fields.Command.create({'name': name, 'salt': salt, 'value': value})
                        for name, (salt, value) in secrets.items()
                    ],
                }
            )
        )

    def _erase_personal_values(self):
        """Destroy names, functions and sources with their salts; the log stays whole and says *erased*."""
        self._lock()
        for signature in self.sudo():
            signature.log_ids.value_ids.unlink()
            signature.evidence_ids._erase()
            signature.reservation_ids._erase()
            signature._write_facts(dict.fromkeys(PERSONAL_FIELDS, False) | {'publish_name': False})
            signature._append('erase')

    def action_erase_personal_values(self):
        """Erase what is personal in these signatures, on the request of the person.

        :raises AccessError: for anybody but a manager
        """
        self._check_manager()
        self._erase_personal_values()
        return True

import hashlib

from odoo import api, fields, models
from odoo.tools import SQL


class ScnProposalKey(models.Model):
    """The fingerprint of what was sent, so that the same proposal sent twice is one proposal.

    A second click sends the same words at the same moment; neither request sees the other's row. The unique key
    decides: the second one is repeated by the framework with a fresh view and finds what the first one made.
    """

    _name = 'scn.proposal.key'
    _description = 'Fingerprint of what was Sent'

    key = fields.Char(required=True, readonly=True)
    track_id = fields.Many2one('event.track', readonly=True, ondelete='cascade', index='btree_not_null')
    credit_id = fields.Many2one('scn.topic.credit', readonly=True, ondelete='cascade', index='btree_not_null')

    _key_unique = models.Constraint('UNIQUE (key)', "This was sent already.")

    @api.model
    def _fingerprint(self, *parts):
        """What is kept of a proposal's words: 64 characters that tell none of them."""
        return hashlib.sha256('\x1f'.join(str(part) for part in parts).encode()).hexdigest()

    @api.model
    def _claim(self, key):
        """Take a key, or find who has it.

        :return: ``(record, whether it is new)``
        :raises psycopg2.errors.SerializationFailure: when another request takes it at this moment; the framework
            repeats this one
        """
        # no values in the log should this fail: the other one is only faster
        self.env.cr.execute(
            SQL(
                "INSERT INTO scn_proposal_key (key) VALUES (%s) ON CONFLICT (key) DO NOTHING RETURNING id",
                key,
            ),
            log_exceptions=False,
        )
        row = self.env.cr.fetchone()
        if row:
            return self.browse(row[0]), True
        return self.search([('key', '=', key)]), False

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class ScnSignupBatch(models.Model):
    """One call of the sync with the answer it got.

    The key makes a call safe to repeat: the same key and payload return the stored answer, the same key with
    another payload is refused. The unique key decides between two calls at once: the loser of the insert gets
    a serialization failure, is repeated by the framework with a fresh snapshot and finds the answer.
    """

    _name = 'scn.signup.batch'
    _description = 'Sync Batch'
    _order = 'id desc'
    _rec_name = 'key'

    key = fields.Char(required=True, readonly=True)
    payload_hash = fields.Char(required=True, readonly=True)
    answer = fields.Text(readonly=True)
    source_id = fields.Many2one('scn.signup.source', readonly=True, index=True, ondelete='cascade')
    run_id = fields.Many2one('scn.signup.run', readonly=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(related='source_id.company_id', store=True)
    created_count = fields.Integer(readonly=True)
    updated_count = fields.Integer(readonly=True)
    unchanged_count = fields.Integer(readonly=True)
    review_count = fields.Integer(readonly=True)
    rejected_count = fields.Integer(readonly=True)
    withdrawn_count = fields.Integer(readonly=True)

    _key_unique = models.Constraint('UNIQUE (key)', "This batch is already known.")

    @api.model
    def _claim(self, key, payload_hash, source):
        """Take the batch key, or find the answer it already got.

        :return: ``(batch record, stored answer or None)``
        :raises UserError: when the key stands for another payload or another source
        :raises psycopg2.errors.SerializationFailure: when the same batch runs at the same time
        """
        self.env.cr.execute(
            SQL(
                """
            INSERT INTO scn_signup_batch
                (key, payload_hash, source_id, company_id, create_uid, create_date, write_uid, write_date)
            VALUES (%(key)s, %(hash)s, %(source)s, %(company)s,
                    %(uid)s, now() at time zone 'utc', %(uid)s, now() at time zone 'utc')
            ON CONFLICT DO NOTHING
            RETURNING id
            """,
                key=key,
                hash=payload_hash,
                source=source.id,
                company=source.company_id.id,
                uid=self.env.uid,
            ),
            log_exceptions=False,
        )
        row = self.env.cr.fetchone()
        if row:
            return self.browse(row[0]), None
        batch = self.search([('key', '=', key)])
        if batch.payload_hash != payload_hash or batch.source_id != source:
            raise UserError(
                self.env._(
                    "This batch key was already used for other content. Send new content under a new batch key.",
                )
            )
        return batch, batch.answer

    def _finish(self, run, answer, counts):
        """Store the answer and its numbers; the very first answer is what a repeated call gets."""
        self.write(
            {
                'run_id': run.id,
                'answer': answer,
                **{
                    f'{status}_count': counts.get(status, 0)
                    for status in ('created', 'updated', 'unchanged', 'review', 'rejected', 'withdrawn')
                },
            }
        )

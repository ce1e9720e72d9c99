from odoo import api, fields, models
from odoo.tools import SQL


class ScnSignupRun(models.Model):
    """One execution of the sync: what it brought, in numbers. Says who, when and what instead of log notes."""

    _name = 'scn.signup.run'
    _description = 'Sync Run'
    _order = 'id desc'
    _rec_name = 'key'

    key = fields.Char(string="Run", required=True, readonly=True)
    source_id = fields.Many2one('scn.signup.source', required=True, readonly=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(related='source_id.company_id', store=True)
    user_id = fields.Many2one('res.users', string="By", readonly=True)
    batch_ids = fields.One2many('scn.signup.batch', 'run_id')
    signup_ids = fields.One2many('scn.signup', 'run_id')
    created_count = fields.Integer(string="New", compute='_compute_counts')
    updated_count = fields.Integer(string="Updated", compute='_compute_counts')
    unchanged_count = fields.Integer(string="Unchanged", compute='_compute_counts')
    review_count = fields.Integer(string="To review", compute='_compute_counts')
    rejected_count = fields.Integer(string="Rejected", compute='_compute_counts')
    withdrawn_count = fields.Integer(string="Withdrawn", compute='_compute_counts')

    _source_key_unique = models.Constraint('UNIQUE (source_id, key)', "This run is already known.")

    @api.depends('batch_ids')
    def _compute_counts(self):
        names = ('created', 'updated', 'unchanged', 'review', 'rejected', 'withdrawn')
        sums = {
            run: values
            for run, *values in self.env['scn.signup.batch']._read_group(
                [('run_id', 'in', self.ids)],
                ['run_id'],
                [f'{name}_count:sum' for name in names],
            )
        }
        for run in self:
            for name, value in zip(names, sums.get(run, [0] * len(names)), strict=True):
                run[f'{name}_count'] = value

    @api.model
    def _get_or_create(self, source, key):
        """The run with this key of a source, created by whichever batch comes first."""
        self.env.cr.execute(
            SQL(
                """
            INSERT INTO scn_signup_run
                (key, source_id, company_id, user_id, create_uid, create_date, write_uid, write_date)
            VALUES (%(key)s, %(source)s, %(company)s, %(uid)s,
                    %(uid)s, now() at time zone 'utc', %(uid)s, now() at time zone 'utc')
            ON CONFLICT DO NOTHING
            """,
                key=key,
                source=source.id,
                company=source.company_id.id,
                uid=self.env.uid,
            ),
            log_exceptions=False,
        )
        return self.search([('source_id', '=', source.id), ('key', '=', key)])

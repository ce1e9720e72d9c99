from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..fresh_snapshot import with_fresh_snapshot
from ..personal_data import ERASED

BATCH = 200


class ScnRetention(models.Model):
    """How long something personal is kept, in days that managers set; a daily job lets go what is past its time.

    A rule's code names its method: ``_find_due_<code>(before, limit)`` gives the records, ``_let_go_<code>(records)``
    takes out what is personal. Both exist for every rule of ours; addons add theirs.
    """

    _name = 'scn.retention'
    _description = 'Retention'
    _order = 'sequence, id'

    name = fields.Char(required=True, translate=True, string="What")
    code = fields.Char(required=True, readonly=True, copy=False)
    sequence = fields.Integer(default=10)
    days = fields.Integer(required=True, help="Days it is kept; from when they count is said below.")
    description = fields.Text(translate=True, string="From when, and what goes")
    active = fields.Boolean(default=True, help="Switched off: kept until somebody is erased.")

    _code_unique = models.Constraint('UNIQUE (code)', "There is a rule for this already.")
    _days_positive = models.Constraint('CHECK (days > 0)', "Fill in how many days it is kept: one or more.")

    @api.constrains('code')
    def _check_code(self):
        for rule in self:
            if not hasattr(self, f'_find_due_{rule.code}'):
                raise UserError(self.env._("Rules come with the addons: change the days of one, or switch it off."))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        if not self.env.su:
            raise AccessError(self.env._("A rule is switched off, not deleted."))

    @api.model
    def _cron_let_go(self):
        """Daily: every rule in committed batches; each batch is repeated by itself after a serialization failure."""
        for rule in self.search([]):  # pylint: disable=no-search-all
            while True:
                count = with_fresh_snapshot(self.env, rule._let_go_batch)
                if not count or not self.env['ir.cron']._commit_progress(count):
                    break
            self.env.invalidate_all()

    def _let_go_batch(self):
        """Let go one batch of a rule.

        :return: how many records
        """
        self.ensure_one()
        before = fields.Datetime.now() - timedelta(days=self.days)
        quiet = self.sudo().with_context(tracking_disable=True, active_test=False)
        due = getattr(quiet, f'_find_due_{self.code}')(before, BATCH)
        if due:
            getattr(quiet, f'_let_go_{self.code}')(due)
        return len(due)

    # -- sign-ups that led to nothing --------------------------------------------------------------------------

    def _find_due_signup(self, before, limit):
        return self.env['scn.signup'].search(
            [
                ('state', 'in', ('rejected', 'withdrawn')),
                ('decided_on', '<', before),
                '|',
                '&',
                ('stopped_on', '!=', False),
                ('contact_name', '!=', ERASED),
                '&',
                ('stopped_on', '=', False),
                '|',
                ('contact_name', '!=', False),
                ('email', '!=', False),
            ],
            limit=limit,
            order='id',
        )

    def _let_go_signup(self, signups):
        """The person goes; the fingerprint stays, so that a kept mailbox does not bring the message back.

        A wish to stop outlives it: the address stays where somebody asked us to stop.
        """
        emptied = dict.fromkeys(
            ('contact_name', 'phone', 'position', 'unit', 'subject', 'raw_text', 'consent_wording', 'consent_source',
             'applied_changes', 'restored_changes', 'reject_note', 'contact_id', 'moved_from_id'), False,
        )  # fmt: skip
        emptied['raw_purged_on'] = fields.Datetime.now()
        stopped = signups.filtered('stopped_on')
        (signups - stopped).write({**emptied, 'email': False})
        stopped.write({**emptied, 'contact_name': ERASED})

    # -- withdrawn consents ------------------------------------------------------------------------------------

    def _find_due_consent(self, before, limit):
        return self.env['scn.consent'].search([('withdrawn_at', '<', before)], limit=limit, order='id')

    def _let_go_consent(self, consents):
        consents.unlink()

    # -- the party on invoices ---------------------------------------------------------------------------------

    def _find_due_invoice_party(self, before, limit):
        return self.env['account.move'].search(
            [('scn_party_kept', '!=', False), ('invoice_date', '<', before.date())], limit=limit, order='id'
        )

    def _let_go_invoice_party(self, moves):
        moves.write({'scn_party_kept': False})

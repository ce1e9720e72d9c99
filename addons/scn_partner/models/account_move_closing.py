from odoo import fields, models


class AccountMove(models.Model):
    """Closing entries: revenue not yet earned on a day, taken back on the next one."""

    _inherit = 'account.move'

    scn_closing_date = fields.Date(
        string="Partnership revenue closed on",
        copy=False,
        readonly=True,
        help="This entry defers what is invoiced and not yet earned on this day.",
    )

    _scn_closing_once = models.UniqueIndex(
        "(company_id, scn_closing_date) WHERE scn_closing_date IS NOT NULL AND state != 'cancel'",
        "There is a closing entry for this day already. Open it, or delete it first.",
    )

    def _post(self, soft=True):
        """Posting a closing entry lets its reversal follow: on its day, by Odoo's own job, or now if that day came."""
        posted = super()._post(soft=soft)
        reversals = posted.filtered('scn_closing_date').reversal_move_ids.filtered(lambda move: move.state == 'draft')
        if reversals:
            reversals._post(soft=True)
        return posted

    def unlink(self):
        """A closing entry goes with its draft reversal."""
        reversals = self.filtered('scn_closing_date').reversal_move_ids.filtered(lambda move: move.state == 'draft')
        return super(AccountMove, self | reversals).unlink()

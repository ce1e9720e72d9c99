from odoo import api, fields, models


class AccountMoveLine(models.Model):
    """The key that makes a period be invoiced exactly once: period, instalment and issue."""

    _inherit = 'account.move.line'

    scn_period_id = fields.Many2one(
        'scn.partnership.period',
        string="Partnership period",
        copy=False,
        index='btree_not_null',
        readonly=True,
        ondelete='restrict',
    )
    scn_instalment = fields.Integer(string="Instalment", copy=False, readonly=True)
    scn_issue = fields.Integer(string="Issue", copy=False, readonly=True)
    scn_credited_period_id = fields.Many2one(
        'scn.partnership.period',
        string="Credited period",
        copy=False,
        index='btree_not_null',
        readonly=True,
        ondelete='restrict',
        help="The line invoiced this period before it was credited.",
    )
    scn_refund_period_id = fields.Many2one(
        'scn.partnership.period',
        string="Period given back",
        copy=False,
        index='btree_not_null',
        readonly=True,
        ondelete='restrict',
        help="The period of which this line of a credit note gives something back.",
    )

    scn_returned_period_id = fields.Many2one(
        'scn.partnership.period',
        string="Period of the unused days",
        copy=False,
        index='btree_not_null',
        readonly=True,
        ondelete='restrict',
        help="This line of a credit note gives the unused days of the period back.",
    )

    _scn_returned_once = models.UniqueIndex(
        "(scn_returned_period_id, scn_instalment, scn_issue)"
        " WHERE scn_returned_period_id IS NOT NULL AND parent_state != 'cancel'",
        "The unused days of this period are already credited.",
    )
    _scn_period_once = models.UniqueIndex(
        "(scn_period_id, scn_instalment, scn_issue) WHERE scn_period_id IS NOT NULL AND parent_state != 'cancel'",
        "This period is already invoiced.",
    )

    def copy_data(self, default=None):
        """“Reverse and create” hands the next issue of the period to the replacement; a credit note remembers which
        period it gives back.

        A plain copy and a credit note never carry the key. The context is Odoo's own; a caller who forges it
        meets the unique index.
        """
        values_list = super().copy_data(default=default)
        context = self.env.context
        if 'move_reverse_cancel' in context:
            for line, values in zip(self, values_list, strict=True):
                if line.move_id.move_type == 'out_invoice' and (period := line._get_scn_period()):
                    values['scn_refund_period_id'] = period.id
        if context.get('include_business_fields') and 'move_reverse_cancel' not in context:
            for line, values in zip(self, values_list, strict=True):
                period = line.sudo().scn_credited_period_id
                if period:
                    values.update(
                        scn_period_id=period.id,
                        scn_instalment=line.scn_instalment,
                        scn_issue=period.issue,
                    )
        return values_list

    def _get_scn_period(self):
        """The period that this line invoices or invoiced, or an empty record."""
        line = self.sudo()
        return line.scn_period_id or line.scn_credited_period_id

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        keyed = lines.filtered('scn_period_id')
        if keyed:
            keyed.sudo().scn_period_id._refresh_state()
        return lines

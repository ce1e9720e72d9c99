from odoo import fields, models


class ScnPartnershipInstalment(models.Model):
    """One part of every term's fee: when it is invoiced and to whom."""

    _name = 'scn.partnership.instalment'
    _description = 'Instalment of a Partnership'
    _order = 'partnership_id, sequence, id'

    partnership_id = fields.Many2one('scn.partnership', required=True, index=True, ondelete='cascade')
    sequence = fields.Integer(default=10)
    percentage = fields.Float(string="Share in %", required=True, default=100.0)
    months_after = fields.Integer(string="Months after the term's start", default=0)
    payer_id = fields.Many2one('res.partner', help="Empty: the payer of the partnership.")

    _percentage_positive = models.Constraint(
        'CHECK (percentage > 0 AND percentage <= 100)',
        "A share is more than 0 and at most 100 %.",
    )
    _months_not_negative = models.Constraint('CHECK (months_after BETWEEN 0 AND 120)', "At most 120 months after.")

from odoo import fields, models


class ScnTripCost(models.Model):
    """What a part of a trip costs."""

    _name = 'scn.trip.cost'
    _description = 'Cost of a Trip'
    _order = 'trip_id, id'

    trip_id = fields.Many2one('scn.trip', required=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(related='trip_id.company_id', store=True, index=True)
    currency_id = fields.Many2one(related='trip_id.currency_id')
    name = fields.Char(string="What", required=True)
    amount = fields.Monetary(required=True)

    _not_negative = models.Constraint('CHECK (amount >= 0)', "A cost cannot be less than nothing.")

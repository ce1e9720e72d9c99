from odoo import fields, models


class ScnDeclarationReason(models.Model):
    """Why a city declined or withdrew, or why its entry was annulled."""

    _name = 'scn.declaration.reason'
    _description = 'Reason for Declining, Withdrawing or Annulling'
    _order = 'sequence, id'

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    kind = fields.Selection(
        [('decline', 'Declining'), ('withdraw', 'Withdrawing'), ('annul', 'Annulling')], required=True
    )

from odoo import fields, models


class ScnDeclarationReason(models.Model):
    """Why a city declined or withdrew."""

    _name = 'scn.declaration.reason'
    _description = 'Reason for Declining or Withdrawing'
    _order = 'sequence, id'

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    kind = fields.Selection([('decline', 'Declining'), ('withdraw', 'Withdrawing')], required=True)

from odoo import fields, models


class ScnDeclarationLog(models.Model):
    """Append only: one entry per move of a signature, each naming the hash of the one before."""

    _name = 'scn.declaration.log'
    _description = 'Log of a Signature'
    _order = 'signature_id, number'
    _rec_name = 'number'

    signature_id = fields.Many2one(
        'scn.declaration.signature', required=True, readonly=True, index=True, ondelete='restrict'
    )
    company_id = fields.Many2one(related='signature_id.company_id', store=True)
    number = fields.Integer(required=True, readonly=True)
    move = fields.Char(required=True, readonly=True)
    at = fields.Datetime(required=True, readonly=True)
    user_id = fields.Many2one('res.users', string="By", readonly=True, ondelete='restrict')
    payload = fields.Text(required=True, readonly=True, help="Canonical JSON: what the hash is taken of.")
    prev_hash = fields.Char(required=True, readonly=True)
    hash = fields.Char(required=True, readonly=True)
    value_ids = fields.One2many('scn.declaration.log.value', 'log_id')

    _number_unique = models.Constraint('UNIQUE (signature_id, number)', "This entry was made already.")

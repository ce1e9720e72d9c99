from odoo import fields, models


class ScnDeclarationReservation(models.Model):
    """A city agrees in general terms and says something about one article."""

    _name = 'scn.declaration.reservation'
    _description = 'Reservation on an Article'
    _order = 'signature_id, article_id, id'

    signature_id = fields.Many2one('scn.declaration.signature', required=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(related='signature_id.company_id', store=True)
    version_id = fields.Many2one(related='signature_id.version_id')
    article_id = fields.Many2one(
        'scn.declaration.article', required=True, index=True, ondelete='restrict', string="Article"
    )
    note = fields.Text(required=True)
    visibility = fields.Selection(
        [('internal', 'Internal'), ('public', 'In the public register')], required=True, default='internal'
    )

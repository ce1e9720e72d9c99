from odoo import fields, models


class ScnDeclarationLogValue(models.Model):
    """A personal value behind a commitment in the log, with its salt. Erasing destroys both; the log stays whole."""

    _name = 'scn.declaration.log.value'
    _description = 'Personal Value behind the Log'
    _order = 'log_id, id'
    _rec_name = 'name'

    log_id = fields.Many2one('scn.declaration.log', required=True, readonly=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(related='log_id.company_id', store=True)
    name = fields.Char(string="What", required=True, readonly=True)
    salt = fields.Char(required=True, readonly=True)
    value = fields.Char(readonly=True)

    _name_unique = models.Constraint('UNIQUE (log_id, name)', "This value is there already.")

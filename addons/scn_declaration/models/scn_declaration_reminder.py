from odoo import fields, models


class ScnDeclarationReminder(models.Model):
    """A reminder of a council's decision: at most one per deadline and level, whatever runs twice."""

    _name = 'scn.declaration.reminder'
    _description = "Reminder of a Council's Decision"
    _order = 'id desc'
    _rec_name = 'ratify_before'

    signature_id = fields.Many2one(
        'scn.declaration.signature', required=True, readonly=True, index=True, ondelete='cascade'
    )
    company_id = fields.Many2one(related='signature_id.company_id', store=True)
    ratify_before = fields.Date(string="Decision expected by", required=True, readonly=True)
    days = fields.Integer(string="Days after that day", required=True, readonly=True)
    mailed = fields.Boolean(string="By mail", readonly=True, help="Otherwise as a task for the account holder.")

    _once = models.Constraint('UNIQUE (signature_id, ratify_before, days)', "This reminder was sent already.")

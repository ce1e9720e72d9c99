from odoo import fields, models


class ScnCallQuestion(models.Model):
    """A question of a call's form, beside what every form asks."""

    _name = 'scn.call.question'
    _description = 'Question of a Call'
    _order = 'call_id, sequence, id'

    call_id = fields.Many2one('scn.call', required=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(related='call_id.company_id')
    sequence = fields.Integer(default=10)
    name = fields.Char(string="Question", required=True, translate=True)
    help_text = fields.Char(string="Help", translate=True)
    kind = fields.Selection(
        [('line', 'One line'), ('text', 'Several lines'), ('yes', 'Yes or no')], required=True, default='line'
    )
    is_required = fields.Boolean(string="Required")

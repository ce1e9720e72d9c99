from odoo import fields, models


class ResCompany(models.Model):
    """What the check of a visit day calls long, late or short. Zero leaves a rule out."""

    _inherit = 'res.company'

    scn_visit_longest_day = fields.Integer(string="Longest visit day (minutes)", default=540)
    scn_visit_lunch_from = fields.Float(string="Lunch begins from", default=11.5)
    scn_visit_lunch_until = fields.Float(string="Lunch begins until", default=14.0)
    scn_visit_lunch_minutes = fields.Integer(string="Shortest lunch (minutes)", default=45)
    scn_visit_longest_stretch = fields.Integer(string="Longest time without a break (minutes)", default=120)
    scn_visit_break_minutes = fields.Integer(string="Shortest break (minutes)", default=15)
    scn_visit_conversation_pause = fields.Integer(string="Between two conversations (minutes)", default=5)

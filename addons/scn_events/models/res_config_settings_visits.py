from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    scn_visit_longest_day = fields.Integer(related='company_id.scn_visit_longest_day', readonly=False)
    scn_visit_lunch_from = fields.Float(related='company_id.scn_visit_lunch_from', readonly=False)
    scn_visit_lunch_until = fields.Float(related='company_id.scn_visit_lunch_until', readonly=False)
    scn_visit_lunch_minutes = fields.Integer(related='company_id.scn_visit_lunch_minutes', readonly=False)
    scn_visit_longest_stretch = fields.Integer(related='company_id.scn_visit_longest_stretch', readonly=False)
    scn_visit_break_minutes = fields.Integer(related='company_id.scn_visit_break_minutes', readonly=False)
    scn_visit_conversation_pause = fields.Integer(related='company_id.scn_visit_conversation_pause', readonly=False)

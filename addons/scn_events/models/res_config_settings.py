from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    scn_session_notice_days = fields.Integer(related='company_id.scn_session_notice_days', readonly=False)
    scn_visit_notice_days = fields.Integer(related='company_id.scn_visit_notice_days', readonly=False)
    scn_session_minutes = fields.Integer(related='company_id.scn_session_minutes', readonly=False)
    scn_buffer_minutes = fields.Integer(related='company_id.scn_buffer_minutes', readonly=False)
    scn_travel_days = fields.Integer(related='company_id.scn_travel_days', readonly=False)

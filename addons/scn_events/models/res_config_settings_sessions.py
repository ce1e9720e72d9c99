from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    scn_session_host_ids = fields.Many2many(related='company_id.scn_session_host_ids', readonly=False)

from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    scn_send_invoices = fields.Selection(related='company_id.scn_send_invoices', readonly=False, required=True)
    scn_finance_user_id = fields.Many2one(related='company_id.scn_finance_user_id', readonly=False)

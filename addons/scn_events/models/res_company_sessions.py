from odoo import fields, models


class ResCompany(models.Model):
    """Who talks with cities one-on-one."""

    _inherit = 'res.company'

    scn_session_host_ids = fields.Many2many(
        'res.users',
        'scn_company_session_host_rel',
        'company_id',
        'user_id',
        string="Hosts of sessions",
        domain="[('share', '=', False)]",
        help="Whose free times cities see. Without anybody here it is the account holder of the city.",
    )

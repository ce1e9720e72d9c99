from odoo import fields, models


class ResCompany(models.Model):
    """What a body decides about its invoices."""

    _inherit = 'res.company'

    scn_send_invoices = fields.Selection(
        [('staff', 'Staff send them'), ('automatic', 'They are sent after the run')],
        string="Sending invoices of partnerships",
        default='staff',
        required=True,
    )
    scn_finance_user_id = fields.Many2one(
        'res.users',
        string="Tasks of finance go to",
        domain="[('share', '=', False)]",
        help="Who uploads invoices to supplier portals and looks after what could not be sent.",
    )

    def _get_scn_finance_user(self):
        """Who gets the tasks of finance: the one named, else the first with the group, else the administrator."""
        self.ensure_one()
        if self.scn_finance_user_id:
            return self.scn_finance_user_id
        finance = self.env.ref('scn_partner.group_scn_finance').sudo().all_user_ids
        people = finance.filtered(lambda user: user.active and not user.share and self in user.company_ids)
        return people.sorted('id')[:1] or self.env.ref('base.user_admin')

from odoo import models


class ScnRetention(models.Model):
    """Retention of what the Declaration keeps of people beside the signatures."""

    _inherit = 'scn.retention'

    def _find_due_link_request(self, before, limit):
        return self.env['scn.declaration.link'].search(
            [('create_date', '<', before), ('requested_email', '!=', False)], limit=limit, order='id'
        )

    def _let_go_link_request(self, links):
        links.write({'requested_name': False, 'requested_function': False, 'requested_email': False})

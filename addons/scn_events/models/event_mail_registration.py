from odoo import models


class EventMailRegistration(models.Model):
    """The mail to who is on hold waits until the hold ends."""

    _inherit = 'event.mail.registration'

    def _get_skip_domain(self):
        return [*super()._get_skip_domain(), ('registration_id.scn_on_hold_since', '=', False)]

from odoo import models, tools


class EventMail(models.Model):
    """Scheduled mails: each once, and none to who is on hold."""

    _inherit = 'event.mail'

    def _create_missing_mail_registrations(self, registrations):
        """Odoo's own creates every row anew for each 500 registrations; here each row is created once."""
        new = self.env['event.mail.registration']
        for scheduler in self:
            for chunk in tools.split_every(500, registrations.ids):
                new += new.create(
                    [{'registration_id': registration_id, 'scheduler_id': scheduler.id} for registration_id in chunk]
                )
        return new

    def _send_mail(self, registrations):
        waiting = registrations.filtered('scn_on_hold_since')
        if registrations - waiting:
            return super()._send_mail(registrations - waiting)
        return None

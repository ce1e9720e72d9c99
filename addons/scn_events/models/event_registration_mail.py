from odoo import models


class EventRegistration(models.Model):
    """A registration never waits for mail."""

    _inherit = 'event.registration'

    def _update_mail_schedulers(self):
        """Odoo sends and commits in the middle of a registration unless a parameter says otherwise.

        A commit there would let seats and mails of a registration stand that is refused afterwards, so the jobs
        do it, whatever the parameter says.
        """
        confirmed = self.filtered(lambda registration: registration.state == 'open')
        if not confirmed or self.env.context.get('install_mode'):
            return
        scheduled = (
            self.env['event.mail']
            .sudo()
            .search_count([('event_id', 'in', confirmed.event_id.ids), ('interval_type', '=', 'after_sub')], limit=1)
        )
        if scheduled:
            self.env.ref('event.event_mail_scheduler')._trigger()
            self.env.ref('mail.ir_cron_mail_scheduler_action')._trigger()

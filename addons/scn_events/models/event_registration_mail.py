from odoo import models

#: The jobs that send what a registration brings about.
MAIL_JOBS = ('event.event_mail_scheduler', 'mail.ir_cron_mail_scheduler_action')


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
            # both jobs in one look
            model_data = self.env['ir.model.data'].sudo()
            for job in self.env['ir.cron'].browse(model_data._xmlid_to_res_id(name) for name in MAIL_JOBS):
                job._trigger()

from odoo import fields, models, tools


class EventMail(models.Model):
    """Scheduled mails: each once, none to who is on hold, and none lost to who was."""

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

    def _remind_again(self):
        """After an event was moved: reminders whose day is to come again go to everybody again."""
        now = fields.Datetime.now()
        for lines in (self.filtered(lambda mail: mail.interval_type != 'after_sub'), self.mail_slot_ids):
            lines.filtered(lambda line: line.last_registration_id and line.scheduled_date > now).write(
                {'mail_done': False, 'mail_count_done': 0, 'last_registration_id': False}
            )

    def _catch_up(self, released):
        """Send the latest reminder to who is on hold no more and missed it; the confirmation was only put off."""
        confirmed = released.filtered(lambda registration: registration.state == 'open')
        if not confirmed:
            return
        confirmed._update_mail_schedulers()
        now = fields.Datetime.now()
        missed = confirmed.filtered(lambda registration: registration.event_begin_date > now)
        sent = self.filtered(
            lambda mail: (
                mail.interval_type == 'before_event'
                and mail.notification_type == 'mail'
                and mail.scheduled_date <= now
                and mail.last_registration_id
            )
        ).sorted('scheduled_date')
        if missed and sent and sent[-1].template_ref:
            sent[-1].template_ref.send_mail_batch(missed.ids, force_send=False)

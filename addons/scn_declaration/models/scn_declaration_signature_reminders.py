from datetime import timedelta

from odoo import api, fields, models

#: Days after the day by which the decision is expected; staff change them in the system parameters.
DAYS_PARAMETER = 'scn_declaration.reminder_days'
DEFAULT_DAYS = '-14,14,60'


class ScnDeclarationSignature(models.Model):
    """Polite reminders and proposals. None of them changes what a city is."""

    _inherit = 'scn.declaration.signature'

    # -- reconfirming ------------------------------------------------------------------------------------------

    def _propose_reconfirmation(self, note, deadline=None):
        """One open task per signature; mails are for staff to send.

        :param str note: why
        :param deadline: date, today if empty
        """
        kind = self.env.ref('scn_declaration.mail_activity_type_reconfirm')
        waiting = self.env['mail.activity'].search(
            [('res_model', '=', self._name), ('res_id', 'in', self.ids), ('activity_type_id', '=', kind.id)]
        )
        asked = self.filtered(lambda signature: signature.id not in waiting.mapped('res_id'))
        for user, signatures in asked.grouped('user_id').items():
            # Without a mail to staff for each of hundreds of tasks.
            signatures.with_context(mail_activity_quick_update=True).activity_schedule(
                activity_type_id=kind.id,
                user_id=(user or signatures[0].declaration_id.user_id or self.env.user).id,
                date_deadline=deadline or fields.Date.context_today(self),
                note=note,
            )

    def _after_move(self, move):  # pylint: disable=missing-return
        super()._after_move(move)
        kinds = {
            'reconfirm': 'scn_declaration.mail_activity_type_reconfirm',
            'ratify': 'scn_declaration.mail_activity_type_ratification',
            'extend': 'scn_declaration.mail_activity_type_ratification',
        }
        if move in kinds:
            self.activity_feedback([kinds[move]])
        if move in ('withdraw', 'annul', 'merge'):
            self.activity_unlink([kinds['reconfirm'], kinds['ratify']])

    # -- the council's decision --------------------------------------------------------------------------------

    @api.model
    def _get_reminder_days(self):
        """Days after the expected day on which to remind, in order; negative ones are before.

        An unreadable parameter falls back on the default: a typing mistake must not stop the job.
        """
        text = self.env['ir.config_parameter'].sudo().get_param(DAYS_PARAMETER) or DEFAULT_DAYS
        try:
            return sorted({int(part) for part in text.split(',')})
        except ValueError:
            return sorted(int(part) for part in DEFAULT_DAYS.split(','))

    @api.model
    def _cron_remind_ratification(self):
        """Daily: the level reached, once per deadline; levels that were missed are not sent late."""
        today = fields.Date.context_today(self)
        levels = self._get_reminder_days()
        signatures = self.search(
            [('category', '=', 'provisional'), ('ratify_before', '<=', today - timedelta(days=levels[0]))]
        )
        reminders = self.env['scn.declaration.reminder'].search([('signature_id', 'in', signatures.ids)])
        done = {(reminder.signature_id.id, reminder.ratify_before, reminder.days) for reminder in reminders}
        for signature in signatures:
            days = max(level for level in levels if signature.ratify_before + timedelta(days=level) <= today)
            if (signature.id, signature.ratify_before, days) not in done:
                signature._remind_ratification(days)
                self.env['ir.cron']._commit_progress(1)

    def _remind_ratification(self, days):
        """Note the reminder and queue its mail to the staff lead; without one it is a task for staff."""
        self.ensure_one()
        template = self.env.ref('scn_declaration.mail_template_ratification', raise_if_not_found=False)
        is_mailed = bool(template and self.lead_id and not self.lead_id.news_stopped_on)
        self.env['scn.declaration.reminder'].sudo().create(
            {'signature_id': self.id, 'ratify_before': self.ratify_before, 'days': days, 'mailed': is_mailed}
        )
        if is_mailed:
            template.send_mail(self.id, force_send=False)
            return
        kind = self.env.ref('scn_declaration.mail_activity_type_ratification')
        if not self.activity_ids.filtered(lambda activity: activity.activity_type_id == kind):
            self.activity_schedule(
                activity_type_id=kind.id,
                user_id=(self.user_id or self.declaration_id.user_id or self.env.user).id,
                date_deadline=fields.Date.context_today(self),
                note=self.env._("There is nobody to write to: ask the city in another way."),
            )

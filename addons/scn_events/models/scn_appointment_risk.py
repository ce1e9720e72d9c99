from odoo import api, fields, models

from odoo.addons.scn_partner.fresh_snapshot import with_fresh_snapshot

from .scn_appointment import BENEFIT_CODES, PLANNED_STATES

RISK_ACTIVITY = 'scn_events.mail_activity_type_appointment_risk'


class ScnAppointment(models.Model):
    """Staff hear when a partnership is not to include any more, on its day, what is planned with the city.

    Nothing is called off by itself: the city is asked first. Every change of a partnership and a daily job look
    again; a renewal closes the task.
    """

    _inherit = 'scn.appointment'

    @api.model
    def _get_risk_domain(self):
        """What is still to come."""
        return [('state', 'in', PLANNED_STATES), ('stop', '>', fields.Datetime.now())]

    @api.model
    def _refresh_city_risks(self, cities):
        """Look again at what some cities have coming; called when a partnership changes."""
        if cities:
            self.sudo().search([*self._get_risk_domain(), ('city_id', 'in', cities.ids)])._refresh_risks()

    def _refresh_risks(self):
        """Note and tell what is not included on its day; a second call changes nothing."""
        today = fields.Date.context_today(self)
        for appointment in self:
            benefits = appointment.city_id._get_benefits_on(appointment.day)
            included = BENEFIT_CODES[appointment.kind] in benefits.mapped('code')
            if included == (not appointment.at_risk_since):
                continue
            appointment.at_risk_since = False if included else today
            if included:
                appointment.activity_unlink([RISK_ACTIVITY])
            else:
                appointment.activity_schedule(
                    RISK_ACTIVITY,
                    user_id=(appointment.user_id or self.env.ref('base.user_admin')).id,
                    note=self.env._(
                        "The partnership of %(city)s is not to include this on %(day)s. Renew it, move this to an earlier"
                        " day, or cancel it.",
                        city=appointment.city_id.name,
                        day=appointment.day,
                    ),
                )

    def _close_risk(self):
        """Called off: nobody has to do anything about it any more."""
        for appointment in self.filtered('at_risk_since'):
            appointment.at_risk_since = False
            appointment.activity_unlink([RISK_ACTIVITY])

    @api.model
    def _cron_refresh_risks(self, batch_size=200):
        """Daily: partnerships that ran out, invoices that became overdue, renewals that came in."""
        last_id = 0
        while batch := with_fresh_snapshot(self.env, self._refresh_next_risks, last_id, batch_size):
            last_id = batch[-1]
            remaining = self.search_count([*self._get_risk_domain(), ('id', '>', last_id)])
            if not self.env['ir.cron']._commit_progress(len(batch), remaining=remaining):
                break

    @api.model
    def _refresh_next_risks(self, last_id, batch_size):
        """One batch of the daily job.

        :return: ids of the appointments looked at, empty when none is left
        """
        appointments = self.sudo().search(
            [*self._get_risk_domain(), ('id', '>', last_id)], order='id', limit=batch_size
        )
        appointments.city_id._prefetch_outlook()
        appointments._refresh_risks()
        return appointments.ids

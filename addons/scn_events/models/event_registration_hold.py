from collections import defaultdict

from odoo import api, fields, models

from odoo.addons.scn_partner.fresh_snapshot import with_fresh_snapshot

HOLD_ACTIVITY = 'scn_events.mail_activity_type_on_hold'


class EventRegistration(models.Model):
    """On hold: the seat is kept, but the city no longer holds on the day what the event needs.

    The daily job and every change of a partnership look again; a renewal releases what was held.
    """

    _inherit = 'event.registration'

    @api.model
    def _get_hold_domain(self):
        """Registrations to come that hang on what a city holds."""
        return [
            ('state', 'in', ('draft', 'open')),
            ('scn_city_id', '!=', False),
            ('scn_override_reason', '=', False),
            ('event_id.date_end', '>', fields.Datetime.now()),
            ('event_id.kanban_state', '!=', 'cancel'),
            '|',
            ('event_id.scn_benefit_id', '!=', False),
            ('event_ticket_id.scn_min_grade_id', '!=', False),
        ]

    @api.model
    def _refresh_city_holds(self, cities):
        """Look again at what some cities have coming; called when a partnership changes."""
        if cities:
            self.sudo().search([*self._get_hold_domain(), ('scn_city_id', 'in', cities.ids)])._refresh_holds()

    def _refresh_holds(self):
        """Hold and release; staff of an event are told once about what is held anew.

        :return: registrations held by this call
        """
        groups = defaultdict(self.browse)
        for registration in self:
            groups[
                registration.event_id,
                registration.event_ticket_id,
                registration.event_slot_id,
                registration.scn_city_id,
            ] |= registration
        held = self.browse()
        today = fields.Date.context_today(self)
        for (event, ticket, slot, city), registrations in groups.items():
            refusal = event._find_city_refusal(city, ticket, slot)
            if refusal:
                new = registrations.filtered(lambda registration: not registration.scn_on_hold_since)
                if new:
                    new.sudo().write({'scn_on_hold_since': today, 'scn_hold_reason': refusal.reason})
                    held |= new
            else:
                released = registrations.filtered('scn_on_hold_since').sudo()
                released.write({'scn_on_hold_since': False, 'scn_hold_reason': False})
                event.event_mail_ids.sudo()._catch_up(released)
        for event, registrations in held.grouped('event_id').items():
            event._tell_about_holds(registrations)
        return held

    @api.model
    def _cron_refresh_holds(self, batch_size=500):
        """Daily: partnerships that ran out, invoices that became overdue, renewals that came in."""
        last_id = 0
        while batch := with_fresh_snapshot(self.env, self._refresh_next_holds, last_id, batch_size):
            last_id = batch[-1]
            remaining = self.search_count([*self._get_hold_domain(), ('id', '>', last_id)])
            if not self.env['ir.cron']._commit_progress(len(batch), remaining=remaining):
                break

    @api.model
    def _refresh_next_holds(self, last_id, batch_size):
        """One batch of the daily job.

        :return: ids of the registrations looked at, empty when none is left
        """
        registrations = self.sudo().search(
            [*self._get_hold_domain(), ('id', '>', last_id)], order='id', limit=batch_size
        )
        registrations._refresh_holds()
        return registrations.ids

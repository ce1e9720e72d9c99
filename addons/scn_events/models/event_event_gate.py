import pytz

from odoo import fields, models
from odoo.tools import SQL

from ..gate_codes import GateCode, Refusal


class EventEvent(models.Model):
    """The one check of who may register. Pages ask it before a form is filled in, registrations when they are made.

    Nothing here trusts a request: the city comes from the signed-in contact or from a staff choice.
    """

    _inherit = 'event.event'

    scn_refusal = fields.Char(
        string="Not for you because",
        compute='_compute_scn_refusal',
        help="Why the signed-in person cannot register; empty where nothing is in the way.",
    )

    def _compute_scn_refusal(self):
        city = self.env.user.partner_id._get_own_city()
        for event in self:
            refusal = event._find_state_refusal() or event._find_city_refusal(city)
            event.scn_refusal = refusal.reason if refusal else False

    def _get_day(self, slot=None):
        """The day of the event, or of one of its slots, where it takes place."""
        self.ensure_one()
        if slot:
            return slot.date
        zone = pytz.timezone(self.date_tz or 'UTC')
        return pytz.utc.localize(self.date_begin).astimezone(zone).date()

    def _find_refusal(self, city, ticket=None, slot=None):
        """The first reason why one more registration would be refused, apart from seats.

        :param city: city of the person, possibly empty
        :return: ``gate_codes.Refusal`` or None
        """
        self.ensure_one()
        return (
            self._find_state_refusal(slot)
            or (ticket and self._find_window_refusal(ticket))
            or self._find_city_refusal(city, ticket, slot)
            or None
        )

    def _find_state_refusal(self, slot=None):
        """Cancelled and ended events take nobody."""
        self.ensure_one()
        event = self.sudo()
        if event.kanban_state == 'cancel' or not event.active:
            return Refusal(
                GateCode.EVENT_CANCELLED,
                self.env._("“%(event)s” is cancelled.", event=event.name),
            )
        end = slot.sudo().end_datetime if slot else event.date_end
        if end <= fields.Datetime.now() or event.scn_stage_ends or event.scn_closed_on:
            return Refusal(GateCode.EVENT_ENDED, self.env._("“%(event)s” has ended.", event=event.name))
        return None

    def _find_window_refusal(self, ticket):
        """A ticket can be had from its start to its end."""
        self.ensure_one()
        ticket = ticket.sudo()
        now = fields.Datetime.now()
        if ticket.start_sale_datetime and ticket.start_sale_datetime > now:
            return Refusal(
                GateCode.TICKET_NOT_YET,
                self.env._(
                    "Registration for “%(ticket)s” opens on %(day)s.",
                    ticket=ticket.name,
                    day=self._format_day(ticket.start_sale_datetime),
                ),
            )
        if ticket.end_sale_datetime and ticket.end_sale_datetime < now:
            return Refusal(
                GateCode.TICKET_ENDED,
                self.env._(
                    "Registration for “%(ticket)s” ended on %(day)s.",
                    ticket=ticket.name,
                    day=self._format_day(ticket.end_sale_datetime),
                ),
            )
        return None

    def _format_day(self, moment):
        return self.env['ir.qweb.field.datetime'].value_to_html(
            moment, {'tz_name': self.sudo().date_tz, 'format': 'd MMMM yyyy, HH:mm zzz'}
        )

    # -- the city ----------------------------------------------------------------------------------------------

    def _get_invitation(self, city):
        """The personal invitation of a city to this event, or an empty record."""
        self.ensure_one()
        event = self.sudo()
        if not city or not event.scn_has_invitations:
            return event.env['scn.event.invitation']
        # through the event, so that the invitations of many events are read at once
        return event.scn_invitation_ids.filtered(lambda invitation: invitation.city_id == city)

    def _find_city_refusal(self, city, ticket=None, slot=None):
        """Whether the city will hold on the day what the event and the ticket ask for."""
        self.ensure_one()
        event = self.sudo()
        lowest = ticket.sudo().scn_min_grade_id if ticket else event.env['res.partner.grade']
        benefit = event.scn_benefit_id
        if not benefit and not lowest:
            return None
        if not city:
            tier = event._get_allowing_tier(lowest)
            return Refusal(
                GateCode.NO_CITY,
                self.env._(
                    "“%(event)s” is for cities on the tier “%(tier)s” or higher, and for cities with an invitation. "
                    "Sign in with the account of your city to register.",
                    event=event.name,
                    tier=tier.name or '',
                ),
                tier.name or '',
            )
        if event._get_invitation(city):
            return None
        day = event._get_day(slot)
        if event._city_may(city, day, benefit, lowest):
            return None
        return event._explain_city_refusal(city.sudo(), benefit, lowest, event._get_allowing_tier(lowest))

    def _city_may(self, city, day, benefit, lowest):
        """Whether a city holds benefit and lowest tier on a day."""
        if benefit and benefit not in city._get_benefits_on(day):
            return False
        return not lowest or city._get_grade_on(day).rank >= lowest.rank

    def _get_allowing_tier(self, lowest):
        """The lowest tier that has the benefit of the event and is not below ``lowest``; may be empty."""
        tiers = self.env['res.partner.grade'].sudo().search([('code', '!=', False)], order='rank, id')
        if self.scn_benefit_id:
            tiers = tiers.filtered(lambda tier: self.scn_benefit_id in tier.benefit_line_ids.benefit_id)
        return tiers.filtered(lambda tier: tier.rank >= lowest.rank)[:1]

    def _explain_city_refusal(self, city, benefit, lowest, tier):
        """Which of the reasons it is: the tier, a partnership that ends before, or an unpaid invoice."""
        names = {'city': city.name, 'event': self.name, 'tier': tier.name or '', 'held': city.grade_id.name or ''}
        today = fields.Date.context_today(self)
        held_today = city.grade_id
        enough_today = (not benefit or benefit in held_today.benefit_line_ids.benefit_id) and (
            not lowest or held_today.rank >= lowest.rank
        )
        if enough_today and benefit and benefit in city._get_resting_benefits(today):
            return Refusal(
                GateCode.BENEFIT_RESTS,
                self.env._(
                    "What “%(event)s” needs rests for %(city)s until an overdue invoice is paid.",
                    **names,
                ),
                tier.name or '',
            )
        if enough_today:
            return Refusal(
                GateCode.PARTNERSHIP_ENDS,
                self.env._(
                    "On the day of “%(event)s” the partnership of %(city)s has ended or is on a lower tier. "
                    "It takes part again once the partnership is renewed on the tier “%(tier)s” or higher.",
                    **names,
                ),
                tier.name or '',
            )
        if not held_today:
            reason = self.env._(
                "“%(event)s” is for cities on the tier “%(tier)s” or higher; %(city)s has none yet.", **names
            )
        else:
            reason = self.env._(
                "“%(event)s” is for cities on the tier “%(tier)s” or higher; %(city)s is on “%(held)s”.", **names
            )
        return Refusal(GateCode.TIER_TOO_LOW, reason, tier.name or '')

    # -- seats of a city ---------------------------------------------------------------------------------------

    def _get_city_limit(self, city):
        """Seats a city may have at this event; None for no limit.

        An invitation's own number wins, then the line of the tier the city holds on the day, then the line
        without a tier.
        """
        self.ensure_one()
        if not city:
            return None
        event = self.sudo()
        invitation = event._get_invitation(city)
        if invitation.seats:
            return invitation.seats
        if not event.scn_allowance_ids:
            return None
        grade = city._get_grade_on(event._get_day())
        lines = event.scn_allowance_ids
        line = lines.filtered(lambda line: grade and line.grade_id == grade) or lines.filtered(
            lambda line: not line.grade_id
        )
        return line[:1].seats if line else None

    def _count_city_seats(self, city, ticket=None):
        """Seats a city has, those waiting for approval or payment included."""
        self.ensure_one()
        registrations = self.env['event.registration']
        registrations.flush_model(['event_id', 'event_ticket_id', 'scn_city_id', 'state', 'active'])
        [(count,)] = self.env.execute_query(
            SQL(
                """
                SELECT count(*) FROM event_registration
                 WHERE event_id = %s AND scn_city_id = %s AND state != 'cancel' AND active %s
                """,
                self.id,
                city.id,
                SQL("AND event_ticket_id = %s", ticket.id) if ticket else SQL(),
            )
        )
        return count

    def _find_city_limit_refusal(self, city, ticket=None, more=0):
        """Whether a city has more seats than it may, counting ``more`` that are not written yet."""
        self.ensure_one()
        if not city:
            return None
        limits = [(self._get_city_limit(city), None)]
        if ticket and ticket.sudo().scn_seats_per_city:
            limits.append((ticket.sudo().scn_seats_per_city, ticket))
        for limit, of_ticket in limits:
            if limit is not None and self._count_city_seats(city, of_ticket) + more > limit:
                return Refusal(
                    GateCode.CITY_LIMIT,
                    self.env._(
                        "%(city)s may have %(count)s seats at “%(event)s”. Swap a person, or ask us for more seats.",
                        city=city.sudo().name,
                        count=limit,
                        event=self.sudo().name,
                    ),
                )
        return None

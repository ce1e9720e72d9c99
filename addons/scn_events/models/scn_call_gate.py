from odoo import fields, models

from odoo.addons.scn_partner.models.scn_contact_role_rights import ASK

from ..call_codes import CallCode
from ..gate_codes import Refusal

#: What only those of a city propose who ask for it.
ASKING_TYPES = frozenset({'host', 'topic'})
#: What one address may send to one call; who has more to say writes to us.
MOST_PER_ADDRESS = 10


class ScnCall(models.Model):
    """The one check of who may answer a call. Pages ask it before a form is filled in, proposals and wishes when they
    are made. Nothing here trusts a request: the city comes from the signed-in contact or from a staff choice."""

    _inherit = 'scn.call'

    def _find_refusal(self, city, person=None, known=None):
        """The first reason why a proposal would be refused now.

        :param city: city of who proposes, possibly an empty record
        :param person: signed-in contact; None for what staff enter, empty for the public
        :param dict known: what was looked up for another call and this reader, filled in here
        :return: ``gate_codes.Refusal`` or None
        """
        self.ensure_one()
        call = self.sudo()
        return (
            call._find_event_refusal()
            or call._find_window_refusal()
            or call._find_audience_refusal(city.sudo(), {} if known is None else known)
            or call._find_asking_refusal(city.sudo(), person)
        )

    def _find_event_refusal(self):
        """Nothing is proposed for an event that is cancelled or over; topic wishes outlive their event."""
        event = self.event_id
        if self.type == 'topic' or not event:
            return None
        if event.kanban_state == 'cancel' or not event.active:
            return Refusal(CallCode.EVENT_CANCELLED, self.env._("“%(event)s” is cancelled.", event=event.name))
        if event.date_end <= fields.Datetime.now() or event.scn_stage_ends or event.scn_closed_on:
            return Refusal(CallCode.EVENT_ENDED, self.env._("“%(event)s” has ended.", event=event.name))
        return None

    def _find_window_refusal(self):
        now = fields.Datetime.now()
        if not self.is_published or not self.active:
            return Refusal(
                CallCode.CALL_CLOSED,
                self.env._(
                    "“%(call)s” takes no proposals at the moment. Write to us if you were asked.", call=self.name
                ),
            )
        if self.date_open > now:
            return Refusal(
                CallCode.CALL_NOT_YET,
                self.env._(
                    "“%(call)s” opens on %(day)s. Come back then.",
                    call=self.name,
                    day=self._format_moment(self.date_open),
                ),
            )
        if self.date_close and self.date_close <= now:
            return Refusal(
                CallCode.CALL_CLOSED,
                self.env._(
                    "“%(call)s” closed on %(day)s. The list of calls shows what is still open.",
                    call=self.name,
                    day=self._format_moment(self.date_close),
                ),
            )
        return None

    def _find_audience_refusal(self, city, known):
        if self.audience == 'outsiders':
            if not city:
                return None
            return Refusal(
                CallCode.CITIES_ELSEWHERE,
                self.env._(
                    "“%(call)s” is for organisations, civil society and research. What %(city)s is asked for stands "
                    "in the list of calls.",
                    call=self.name,
                    city=city.name,
                ),
            )
        if not city:
            tier = self._get_allowing_tier(known)
            return Refusal(
                CallCode.NO_CITY,
                self.env._(
                    "“%(call)s” is for cities. Sign in with the account of your city to answer it.", call=self.name
                ),
                tier.name or '',
            )
        benefit = self.benefit_id
        if benefit and benefit not in known:
            known[benefit] = city._holds_benefit(benefit.code)
        if not benefit or known[benefit]:
            return None
        tier = self._get_allowing_tier(known)
        names = {'call': self.name, 'city': city.name, 'tier': tier.name or '', 'held': city.grade_id.name or ''}
        if self.benefit_id in city._get_resting_benefits(fields.Date.context_today(self)):
            return Refusal(
                CallCode.BENEFIT_RESTS,
                self.env._("What “%(call)s” needs rests for %(city)s until an overdue invoice is paid.", **names),
                names['tier'],
            )
        if names['held']:
            reason = self.env._(
                "“%(call)s” is for cities on the tier “%(tier)s” or higher; %(city)s is on “%(held)s”.", **names
            )
        else:
            reason = self.env._(
                "“%(call)s” is for cities on the tier “%(tier)s” or higher; %(city)s has none yet.", **names
            )
        return Refusal(CallCode.TIER_TOO_LOW, reason, names['tier'])

    def _find_asking_refusal(self, city, person):
        """Offers to host and topic wishes speak for the city: its leads and coordinators make them."""
        if not person or not city or self.type not in ASKING_TYPES or person._has_city_right(ASK, city):
            return None
        return Refusal(
            CallCode.NOT_ASKING,
            self.env._(
                "Your city's leads or coordinator answer “%(call)s”: ask one of them, or write to us.", call=self.name
            ),
        )

    def _get_allowing_tier(self, known):
        """The lowest tier that has the benefit of this call; empty where it needs none."""
        if not self.benefit_id:
            return self.env['res.partner.grade']
        if 'tiers' not in known:
            known['tiers'] = self.env['res.partner.grade'].sudo().search([('code', '!=', False)], order='rank, id')
        return known['tiers'].filtered(lambda tier: self.benefit_id in tier.benefit_line_ids.benefit_id)[:1]

    def _find_number_refusal(self, email):
        """One address does not fill a call, nor somebody's letter box with our answers.

        :param str email: normalised address
        """
        self.ensure_one()
        if not email:
            return None
        sent = self.env['event.track'].sudo().with_context(active_test=False).search_count(
            [('scn_call_id', '=', self.id), ('scn_proposer_email', '=', email)]
        ) + self.env['scn.topic.credit'].sudo().search_count([('call_id', '=', self.id), ('email', '=', email)])
        if sent < MOST_PER_ADDRESS:
            return None
        return Refusal(
            CallCode.TOO_MANY,
            self.env._(
                "%(count)s proposals came from this address already. Write to us if you have more to propose.",
                count=sent,
            ),
        )

    def _format_moment(self, moment):
        zone = self.sudo().event_id.date_tz or self.sudo().company_id.partner_id.tz or 'UTC'
        return self.env['ir.qweb.field.datetime'].value_to_html(
            moment, {'tz_name': zone, 'format': 'd MMMM yyyy, HH:mm zzz'}
        )

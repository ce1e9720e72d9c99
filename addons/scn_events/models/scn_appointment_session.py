from datetime import timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.scn_partner.models.scn_contact_role_rights import ASK

from .event_event_seats import guard_rows
from .scn_appointment import OPEN_STATES, PLANNED_STATES

#: How far ahead a city sees free times, and how many days stand on one page.
WEEKS_AHEAD, DAYS_ON_PAGE = 8, 14
LONGEST_TOPIC, LONGEST_REASON = 200, 500
#: How a free time is written in a form: UTC, to the minute.
SLOT_FORMAT = '%Y-%m-%dT%H:%M'


class ScnAppointment(models.Model):
    """What a city's people do with sessions in the portal and by the link of a mail.

    Called with rights of the superuser for the signed-in person's own city. Every time that is posted is looked up
    again in the hosts' free times; who may is the same as for visits (``_check_city_planner``).
    """

    _inherit = 'scn.appointment'

    # -- free times --------------------------------------------------------------------------------------------------

    @api.model
    def _get_session_range(self, company):
        """When a city may ask for a session: after the notice, some weeks ahead.

        :return: (first, last) as naive UTC
        """
        now = fields.Datetime.now()
        return (
            now + timedelta(days=max(company.sudo().scn_session_notice_days, 1)),
            now + timedelta(weeks=WEEKS_AHEAD),
        )

    @api.model
    def _get_session_hosts(self, company, holder):
        """Who talks with cities: those of the setting, else the account holder."""
        hosts = company.sudo().scn_session_host_ids or holder
        return hosts.filtered(lambda user: user.active and not user.share)

    @api.model
    def _get_session_days(self, company, hosts, windows, tz, page=0, ignore=None):
        """Free times of hosts by day of the city, on one page.

        :param windows: ``scn.entitlement`` in which something may still be asked for; without any all days are offered
        :param str tz: zone of the city
        :param int page: 0 for the next two weeks
        :return: list of ``(day, list of (slot as posted, start as aware datetime))``
        """
        zone = pytz.timezone(tz or 'UTC')
        earliest, latest = self._get_session_range(company)
        today = pytz.utc.localize(earliest).astimezone(zone).date()
        # from midnight of the city on, so that a slot begins at a full hour and not at this very minute
        day = today + timedelta(days=1 + page * DAYS_ON_PAGE)
        first, last = (
            zone.localize(fields.Datetime.to_datetime(moment)).astimezone(pytz.utc).replace(tzinfo=None)
            for moment in (day, day + timedelta(days=DAYS_ON_PAGE))
        )
        slots = self.with_company(company)._get_free_slots(
            hosts, first, min(last, latest), company.sudo().scn_session_minutes, ignore=ignore
        )
        days = {}
        for __, start, _stop in slots:
            local = pytz.utc.localize(start).astimezone(zone)
            if windows is None or any(one.window_start <= local.date() <= one.window_end for one in windows):
                days.setdefault(local.date(), {})[start.strftime(SLOT_FORMAT)] = local
        return [(day, list(times.items())) for day, times in sorted(days.items())]

    @api.model
    def _find_session_slot(self, company, hosts, slot, ignore=None):
        """The posted time, if it still is free and may be asked for.

        :return: ``(user, start, stop)``
        :raises UserError: when it is none of those that were offered, or was taken meanwhile
        """
        try:
            start = fields.Datetime.to_datetime(f"{str(slot or '').replace('T', ' ')}:00")
        except ValueError:
            start = None
        if not start or start.minute % 5:
            raise UserError(self.env._("Choose one of the free times."))
        minutes = company.sudo().scn_session_minutes
        stop = start + timedelta(minutes=minutes)
        earliest, latest = self._get_session_range(company)
        found = []
        if earliest <= start and stop <= latest:
            found = self.with_company(company)._get_free_slots(hosts, start, stop, minutes, ignore=ignore)
        if not found:
            raise UserError(self.env._("This time is not free any more: choose another one."))
        return found[0]

    # -- asking ------------------------------------------------------------------------------------------------------

    @api.model
    def _city_ask_session(self, person, values):
        """Ask for a session at a free time, once however often the form is sent.

        :param person: contact who asks, of the own city
        :param dict values: as posted: ``slot``, ``topic``, ``people`` (list of numbers)
        :return: the appointment
        :raises AccessError: for who may not ask for the city
        :raises UserError: one sentence
        """
        city = person._get_own_city()
        if not city or not person._has_city_right(ASK, city):
            raise AccessError(
                self.env._("Your city's leads or coordinator ask for sessions: ask one of them, or write to us.")
            )
        windows = city._get_session_windows()
        # two who ask at once: the second one waits, and sees what the first one asked for
        guard_rows(windows)
        left = city._get_session_windows_left()
        company = (left or windows).company_id[:1] or self.env.company
        hosts = self._get_session_hosts(company, city._get_account_holder(company))
        known = self._find_asked(city, values.get('slot'))
        if known:
            return known
        host, start, stop = self._find_session_slot(company, hosts, values.get('slot'))
        zone = city._get_session_zone()
        day = self._to_local(start, zone).date()
        if not left.filtered(lambda one: one.company_id == company and one.window_start <= day <= one.window_end):
            raise UserError(
                self.env._("No session is left for that time: choose another quarter, or write to us about one more.")
            )
        session = self._request(
            city,
            'one_on_one',
            start,
            stop,
            company_id=company.id,
            tz=zone,
            topic=self._read_text(values, 'topic', LONGEST_TOPIC),
            requester_id=person.id,
        )
        session.contact_ids = session._read_people(values, 'people') or person
        session.host_user_ids = host
        session._tell_foundation(person, self.env._("The city asks for this session."))
        return session

    @api.model
    def _find_asked(self, city, slot):
        """What this city has asked for at this very time already."""
        try:
            start = fields.Datetime.to_datetime(f"{str(slot or '').replace('T', ' ')}:00")
        except ValueError:
            return self.browse()
        return self.sudo().search(
            [
                ('city_id', '=', city.id),
                ('kind', '=', 'one_on_one'),
                ('start', '=', start),
                ('state', 'in', PLANNED_STATES),
            ],
            limit=1,
        )

    # -- answering ---------------------------------------------------------------------------------------------------

    def _check_shown(self, shown):
        """
        :param str shown: the start that the page or mail showed, see ``SLOT_FORMAT``
        :raises UserError: when the time was changed meanwhile
        """
        if shown != self.start.strftime(SLOT_FORMAT):
            raise UserError(self.env._("The time was changed meanwhile: look at it again, then answer."))

    def _city_accept(self, person, shown):
        """Confirm the time that we propose."""
        self._check_city_planner(person)
        self._check_shown(shown)
        if self.state == 'requested':
            raise UserError(self.env._("We have not proposed this time yet: please wait for our answer."))
        self._check_state(['proposed'])
        if self.has_begun:
            raise UserError(self.env._("This time has passed: choose one to come."))
        self._confirm()
        self._tell_foundation(person, self.env._("The city confirmed."))

    def _city_choose_time(self, person, shown, slot):
        """Another time: a counter-proposal while it is open, a move when it is confirmed."""
        self._check_city_planner(person)
        self._check_shown(shown)
        company = self.company_id
        self._check_can_move(by_city=True)
        if self.state in OPEN_STATES:
            hosts = self._get_session_hosts(company, self.user_id) | self.host_user_ids
            host, start, stop = self._find_session_slot(company, hosts, slot, ignore=self)
            self._counter(start, stop)
            self.host_user_ids = host
            self._tell_foundation(person, self.env._("The city proposes another time."))
        else:
            __, start, stop = self._find_session_slot(company, self.host_user_ids, slot, ignore=self)
            self._move(start, stop, by_city=True)
            self._tell_foundation(person, self.env._("The city moved it."))

    def _city_call_off(self, person, shown, reason):
        """Decline a proposal, take a request back or cancel what is agreed, within the notice."""
        self._check_city_planner(person)
        self._check_shown(shown)
        self._cancel(reason=(reason or '').strip()[:LONGEST_REASON], by_city=True)
        self._tell_foundation(person, self.env._("The city called it off."))

    def _tell_foundation(self, person, text):
        """A note on the session, for its account holder and hosts."""
        self.ensure_one()
        self.with_context(mail_notify_force_send=False).message_post(
            body=text,
            author_id=person.id,
            partner_ids=(self.user_id | self.host_user_ids).partner_id.ids,
            subtype_xmlid='mail.mt_note',
        )

    # -- the page ----------------------------------------------------------------------------------------------------

    def _prepare_session_page_values(self, person, page=0):
        """Everything the portal page of a session shows."""
        self.ensure_one()
        acts = person._has_city_right(ASK, self.city_id) and self.state in PLANNED_STATES
        in_time = self.state in OPEN_STATES or (
            self.state == 'confirmed' and fields.Datetime.now() <= self._get_change_until()
        )
        hosts = self.host_user_ids
        if self.state in OPEN_STATES:
            hosts |= self._get_session_hosts(self.company_id, self.user_id)
        days = []
        if acts and in_time:
            days = self._get_session_days(self.company_id, hosts, None, self.tz, page, ignore=self)
        return {
            'session': self,
            'city': self.city_id,
            'shown': self.start.strftime(SLOT_FORMAT),
            'acts': acts,
            'in_time': in_time,
            'change_until': self._get_change_until(),
            'days': days,
            'zone': self.tz,
            'page': page,
            'last_page': self._get_last_page(),
        }

    @api.model
    def _get_last_page(self):
        return WEEKS_AHEAD * 7 // DAYS_ON_PAGE - 1

    @api.model
    def _read_page(self, value):
        """A number of a page in an address, the first one for anything else."""
        number = int(value) if str(value or '').isdigit() and len(str(value)) < 3 else 0
        return min(number, self._get_last_page())

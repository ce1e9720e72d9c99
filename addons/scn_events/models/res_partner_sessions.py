from odoo import fields, models

from odoo.addons.scn_partner.models.scn_contact_role_rights import ASK
from odoo.addons.scn_partner.models.scn_entitlement import HOLDING_STATES

from .scn_appointment import OPEN_STATES


class ResPartner(models.Model):
    """A city's one-on-one sessions, as its people see them in the portal."""

    _inherit = 'res.partner'

    def _get_sessions(self):
        """Sessions of this city, those furthest ahead first."""
        return self._get_appointments().filtered(lambda appointment: appointment.kind == 'one_on_one')

    def _get_account_holder(self, company):
        """Who of a body looks after this city, or an empty record."""
        self.ensure_one()
        partnerships = self.sudo().partnership_ids
        return partnerships.filtered(
            lambda one: one.company_id == company and one.state in ('active', 'paused', 'grace')
        )[:1].user_id

    def _get_session_windows(self):
        """Windows that run or come, in which sessions are included.

        :return: ``scn.entitlement``, the first window first
        """
        self.ensure_one()
        today = fields.Date.context_today(self)
        return (
            self.env['scn.entitlement']
            .sudo()
            .search(
                [
                    ('partner_id', '=', self.id),
                    ('benefit_id.code', '=', 'one_on_one'),
                    ('window_end', '>=', today),
                    ('quota', '>', 0),
                    ('partnership_id.state', 'in', HOLDING_STATES),
                    ('period_id.state', '!=', 'cancelled'),
                    '|',
                    ('partnership_id.date_ended', '=', False),
                    ('partnership_id.date_ended', '>=', today),
                ],
                order='window_start, id',
            )
        )

    def _get_session_counts(self):
        """How many sessions may still be asked for in these windows: what is asked for or proposed counts as taken.

        :return: dict from ``scn.entitlement`` to ``(left, asked for or proposed)``
        """
        windows = self._get_session_windows()
        asked = dict.fromkeys(windows, 0)
        for session in self._get_sessions():
            if session.state in OPEN_STATES and session.entitlement_id in asked:
                asked[session.entitlement_id] += 1
        return {window: (max(window.left - asked[window], 0), asked[window]) for window in windows}

    def _get_session_windows_left(self):
        """Windows in which a session may still be asked for."""
        counts = self._get_session_counts()
        return self.env['scn.entitlement'].sudo().union(*(window for window, (left, __) in counts.items() if left))

    def _get_session_zone(self):
        """Zone in which this city reads its sessions."""
        self.ensure_one()
        city = self.sudo()
        return city.tz or city._get_zones(fields.Datetime.now())[city] or self.env.user.tz or 'UTC'

    def _prepare_sessions_page_values(self, person, page=0):
        """Everything the page “Your sessions” shows.

        :param person: the signed-in contact, who works for this city
        :param int page: of the free times
        """
        self.ensure_one()
        appointments = self.env['scn.appointment'].sudo()
        counts = self._get_session_counts()
        windows, left = self._get_session_windows(), self._get_session_windows_left()
        company = (left or windows).company_id[:1] or self.env.company
        offered = left.filtered(lambda window: window.company_id == company)
        asks = person._has_city_right(ASK, self)
        hosts = appointments._get_session_hosts(company, self._get_account_holder(company))
        zone = self._get_session_zone()
        return {
            'city': self,
            'sessions': self._get_sessions(),
            'windows': windows,
            'counts': counts,
            'left': left,
            'asks': asks,
            'hosts': hosts,
            'zone': zone,
            'days': appointments._get_session_days(company, hosts, offered, zone, page) if asks and left else [],
            'people': appointments.new({'city_id': self.id})._get_city_people(),
            'person': person,
            'page': page,
            'last_page': appointments._get_last_page(),
        }

    def _prepare_city_next_steps(self, person, values):
        """Adds the sessions that we propose, for who may answer."""
        steps = super()._prepare_city_next_steps(person, values)
        if not person._has_city_right(ASK, values['city']):
            return steps
        return steps + [
            {
                'on': session.day,
                'text': self.env._("We propose a session: confirm or choose another time"),
                'label': self.env._("Answer"),
                'url': f'/my/city/sessions/{session.id}',
            }
            for session in values['appointments']
            if session.kind == 'one_on_one' and session.state == 'proposed' and not session.has_begun
        ]

"""Cities that are owed visits and sessions in 2019, and two hosts, shared by the tests of appointments."""

from datetime import datetime

from odoo import fields
from odoo.tests import new_test_user

from .common import EventCase


class AppointmentCase(EventCase):
    """Riverton is premium, Lakeside partner, both from January to December 2019; two colleagues host."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Messages about assignments are not what these tests are about.
        cls.env = cls.env(context={**cls.env.context, 'mail_notrack': True, 'mail_create_nolog': True})
        cls.host = new_test_user(cls.env, 'scn_host', groups='scn_partner.group_scn_officer', tz='Europe/Amsterdam')
        cls.other_host = new_test_user(cls.env, 'scn_other_host', groups='base.group_user', tz='Asia/Seoul')
        cls.riverton.tz, cls.lakeside.tz = 'Europe/London', 'America/Toronto'
        cls.partnerships = {
            city: cls.start_partnership(city, code)
            for city, code in ((cls.riverton, 'premium'), (cls.lakeside, 'partner'))
        }

    @classmethod
    def start_partnership(cls, city, code, first='2019-01-01', last='2019-12-31'):
        """A running term with what its tier includes."""
        partnership = cls.give_tier(cls, city, code)
        partnership.user_id = cls.officer
        partnership._add_period('initial', fields.Date.to_date(first), fields.Date.to_date(last), 100.0)
        return partnership

    @classmethod
    def moment(cls, text):
        return datetime.fromisoformat(text)

    def plan(
        self, start='2019-05-14 10:00', stop='2019-05-14 11:00', city=None, kind='one_on_one', hosts=None, **values
    ):
        """A request with a host, planned by an officer."""
        return (
            self.env['scn.appointment']
            .with_user(self.officer)
            .create(
                {
                    'kind': kind,
                    'city_id': (city or self.riverton).id,
                    'start': self.moment(start),
                    'stop': self.moment(stop),
                    'host_user_ids': [fields.Command.set((self.host if hosts is None else hosts).ids)],
                    **values,
                }
            )
        )

    def agree(self, *args, **values):
        """A confirmed one."""
        appointment = self.plan(*args, **values)
        appointment.action_confirm()
        return appointment

    def window(self, city, code, day):
        """The entitlement in which a day lies."""
        day = fields.Date.to_date(day)
        return self.partnerships[city].entitlement_ids.filtered(
            lambda one: one.benefit_id.code == code and one.window_start <= day <= one.window_end
        )

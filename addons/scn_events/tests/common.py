"""Personas, cities and one event of each need, shared by the tests of this addon."""

from datetime import timedelta

from odoo import fields
from odoo.tests import new_test_user

from odoo.addons.scn_partner.tests.common import SharingCitiesCase


class EventCase(SharingCitiesCase):
    """Riverton is partner, Lakeside associate; both have a contact with a portal account."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.desk = new_test_user(cls.env, 'scn_desk', groups='event.group_event_registration_desk')
        cls.riverton_person = cls.new_contact(cls.riverton, 'riverton')
        cls.lakeside_person = cls.new_contact(cls.lakeside, 'lakeside')

    @classmethod
    def new_contact(cls, city, login):
        """A portal user who works for a city."""
        user = new_test_user(cls.env, f'{login}_portal', groups='base.group_portal', email=f'{login}@city.example')
        user.partner_id.parent_id = city
        return user

    @classmethod
    def new_event(cls, benefit=None, days=30, **values):
        """A published event that begins so many days from now, open to anyone unless a benefit is named."""
        start = fields.Datetime.now().replace(microsecond=0) + timedelta(days=days)
        return cls.env['event.event'].create(
            {
                'name': 'Meeting of cities',
                'date_begin': start,
                'date_end': start + timedelta(hours=2),
                'date_tz': 'UTC',
                'is_published': True,
                'scn_benefit_id': benefit and cls.env.ref(f'scn_partner.benefit_{benefit}').id,
                **values,
            }
        )

    def register(self, event, city=None, user=None, **values):
        """Register one person as staff."""
        return (
            self.env['event.registration']
            .with_user(user or self.officer)
            .create({'event_id': event.id, 'name': 'Ana Example', 'scn_city_id': city and city.id, **values})
        )

"""A visit to Riverton with two hosts and two people of the city."""

from odoo import Command
from odoo.tests import new_test_user

from .common import EventCase


class VisitCase(EventCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.eva = new_test_user(cls.env, 'scn_eva', groups='scn_partner.group_scn_officer', name='Eva Host')
        cls.finn = new_test_user(cls.env, 'scn_finn', groups='scn_partner.group_scn_user', name='Finn Host')
        cls.ana, cls.ben = cls.env['res.partner'].create(
            [{'name': name, 'parent_id': cls.riverton.id} for name in ('Ana Example', 'Ben Example')]
        )
        cls.colleague = cls.new_contact(cls.riverton, 'riverton_colleague')
        for user, role in ((cls.riverton_person, 'coordinator'), (cls.lakeside_person, 'staff_lead')):
            cls.env['scn.contact.role'].create(
                {
                    'organisation_id': user.partner_id.commercial_partner_id.id,
                    'contact_id': user.partner_id.id,
                    'role': role,
                    'date_start': '2019-01-01',
                }
            )
        cls.visit = cls.new_visit(cls.riverton)

    @classmethod
    def new_visit(cls, city, **values):
        """A visit day that is proposed, from 9:00 to 17:00 at the city."""
        return cls.env['scn.appointment'].create(
            {
                'kind': 'visit_day',
                'city_id': city.id,
                'user_id': cls.eva.id,
                'start': '2035-06-12 07:00:00',
                'stop': '2035-06-12 15:00:00',
                'tz': 'Europe/Amsterdam',
                'lang': 'en_US',
                'place': 'Town hall',
                'host_user_ids': [Command.set((cls.eva + cls.finn).ids)],
                **values,
            }
        )

    @classmethod
    def format(cls, name):
        return cls.env.ref(f'scn_events.format_{name}')

    @classmethod
    def add(cls, which, visit=None, **values):
        """A block of a format at the town hall."""
        visit = visit or cls.visit
        last = max(visit.block_ids.mapped('sequence'), default=0)
        return cls.env['scn.appointment.block'].create(
            {
                'appointment_id': visit.id,
                'format_id': cls.format(which).id,
                'sequence': last + 10,
                'place': 'Town hall',
                **values,
            }
        )

    @classmethod
    def plan_good_day(cls):
        """The five formats with lunch and breaks: 9:00 to 16:10, the conversations not yet."""
        cls.add('presentation')
        cls.add('break')
        cls.add('round_table')
        cls.add('lunch')
        cls.add('workshop', city_contact_ids=[Command.set(cls.ben.ids)], host_user_ids=[Command.set(cls.eva.ids)])
        cls.add('break')
        cls.add('side_visit', place='Repair café', transfer_minutes=20, minutes=60)

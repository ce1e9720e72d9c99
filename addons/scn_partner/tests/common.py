"""Personas and sign-ups shared by the tests of this addon."""

import hashlib
import json

from odoo.tests import TransactionCase, new_test_user

RECORD = {
    'external_id': None,
    'received_at': '2019-05-03T10:00:00Z',
    'language': 'en',
    'unit': 'Digital economy unit',
    'name': 'Ana Example',
    'position': 'Head of unit',
    'email': 'ana.example@riverton.example',
    'phone': '+441632960101',
    'city': 'Riverton',
    'country': 'GB',
    'wants': ['task_force'],
    'consent': {'given_at': None, 'wording': 'Keep me informed', 'source': 'e-mail'},
    'subject': 'Joining the task force',
    'raw_text': 'Dear team, please add us.',
    'review_reasons': [],
}


def external_id(name):
    """A fingerprint for a message called ``name``."""
    return hashlib.sha256(name.encode()).hexdigest()


def record(message='one', **values):
    """One record as the sync sends it."""
    return {**RECORD, 'external_id': external_id(message), **values}


class SharingCitiesCase(TransactionCase):
    """Two cities, one user per role, and the automation user."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reader = new_test_user(cls.env, 'scn_reader', groups='scn_partner.group_scn_user')
        cls.officer = new_test_user(cls.env, 'scn_officer', groups='scn_partner.group_scn_officer')
        cls.manager = new_test_user(cls.env, 'scn_manager', groups='scn_partner.group_scn_manager')
        cls.finance = new_test_user(cls.env, 'scn_finance', groups='scn_partner.group_scn_finance')
        cls.employee = new_test_user(cls.env, 'scn_employee', groups='base.group_user')
        cls.bot = cls.new_bot('scn_bot')
        cls.uk = cls.env.ref('base.uk')
        cls.riverton = cls.env['res.partner'].create(
            {
                'name': 'Riverton',
                'is_city': True,
                'country_id': cls.uk.id,
            }
        )
        cls.lakeside = cls.env['res.partner'].create(
            {
                'name': 'Lakeside',
                'is_city': True,
                'country_id': cls.uk.id,
            }
        )
        cls.tier = {
            code: cls.env['res.partner.grade'].search([('code', '=', code)])
            for code in ('task_force', 'associate', 'partner', 'premium')
        }

    @classmethod
    def new_bot(cls, login):
        """An automation user: share, its only group is the sync bot's."""
        group = cls.env.ref('scn_partner.group_scn_sync_bot')
        return (
            cls.env['res.users']
            .with_context(no_reset_password=True)
            .create(
                {
                    'name': login,
                    'login': login,
                    'group_ids': [(6, 0, group.ids)],
                }
            )
        )

    def give_tier(self, city, code):
        """A running partnership that lifts a city to a paid tier.

        :return: the partnership
        """
        product = self.env['product.product'].create(
            {
                'name': f'Fee {code}',
                'type': 'service',
                'service_tracking': 'partnership',
                'grade_id': self.tier[code].id,
            }
        )
        return self.env['scn.partnership'].create(
            {
                'partner_id': city.id,
                'grade_id': self.tier[code].id,
                'product_id': product.id,
                'fee': 100.0,
                'date_start': '2019-01-01',
                'state': 'active',
            }
        )

    def send(self, *records, batch='batch-1', source='test', run='run-1', user=None, **changes):
        """Call ``sync_receive`` as the automation user.

        :return: list of ``(status, reason)`` in the order sent
        """
        payload = {
            'protocol': 1,
            'source': source,
            'run': run,
            'batch': batch,
            'records': list(records),
            **changes,
        }
        answer = json.loads(
            self.env['scn.signup'].with_user(user or self.bot).sync_receive(json.dumps(payload)),
        )
        return [(row['status'], row['reason']) for row in answer['records']]

    def signup(self, message='one', source='test'):
        """The stored sign-up of a message."""
        return self.env['scn.signup'].search(
            [
                ('external_id', '=', external_id(message)),
                ('source_id.code', '=', source),
            ]
        )

    def receive(self, message='one', **values):
        """Send one record and return its sign-up."""
        self.send(record(message, **values), batch=f'batch-{message}')
        return self.signup(message)

"""What the tests of links, portal and public pages share."""

import re

from odoo.tests import HttpCase

from .common import DeclarationCase

ACT_URL = '/declaration/act'


class PublicCase(HttpCase, DeclarationCase):
    """The test's declaration is the one of the public pages, and Riverton has a mayor and a digital lead."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.declaration.sequence = -1
        people = cls.env['res.partner'].create(
            [
                {
                    'name': name,
                    'email': email,
                    'function': function,
                    'parent_id': cls.riverton.id,
                    'lang': 'en_US',
                }
                for name, email, function in (
                    ('Mara Mayor', 'mara@riverton.example', 'Mayor'),
                    ('Dana Digital', 'dana@riverton.example', 'Head of digital economy'),
                )
            ]
        )
        cls.mayor, cls.lead = people
        cls.env['scn.contact.role'].create(
            [
                {
                    'organisation_id': cls.riverton.id,
                    'contact_id': person.id,
                    'role': role,
                    'date_start': '2018-01-01',
                }
                for person, role in ((cls.mayor, 'political_lead'), (cls.lead, 'staff_lead'))
            ]
        )

    def issue(self, signature, contact=None, **options):
        """A new link; ``(link, code)``."""
        link, code = self.env['scn.declaration.link'].sudo()._issue(signature, contact or self.mayor, **options)
        self.env.flush_all()
        return link, code

    def post(self, code, do='', url=ACT_URL, **form):
        return self.url_open(url, data={'code': code, 'do': do, **form})

    def act(self, code, **form):
        """Press the button that joins, with the form filled in."""
        return self.post(code, 'act', **{**self.statement(), **form})

    def statement(self, **form):
        return {'name': 'Mara Mayor', 'function': 'Mayor', 'agrees': 'yes', 'how': 'final', **form}

    def problem(self, answer):
        """What kind of friendly page an answer is, or None."""
        self.assertEqual(answer.status_code, 200)
        found = re.search(r'data-problem="(\w+)"', answer.text)
        return found and found.group(1)

    def snapshot(self, signature):
        """What an act would change."""
        signature.invalidate_recordset()
        return signature.category, self.moves_of(signature), self.history(signature), signature.signatory_name

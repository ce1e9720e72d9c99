import re
from pathlib import Path

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import SharingCitiesCase

DOCUMENT = Path(__file__).parents[3] / 'docs' / 'privacy.md'


@tagged('post_install', '-at_install')
class TestPersonalData(SharingCitiesCase):
    """The register of personal data is whole, true and documented."""

    def setUp(self):
        super().setUp()
        self.data = self.env['scn.personal.data']

    def test_every_field_of_ours_that_may_be_personal_is_on_the_list(self):
        missing = self.data._get_telling_fields() - self.data._get_listed_fields()
        self.assertFalse(
            sorted(missing), "Declare these in the addon's models/scn_personal_data*.py, as personal or as not."
        )

    def test_control_a_field_that_nobody_declares_is_found(self):
        listed = self.data._get_listed_fields()
        telling = self.data._get_telling_fields()
        for field in (
            ('scn.signup', 'email'),
            ('scn.contact.role', 'contact_id'),
            ('event.registration', 'scn_city_id'),
        ):
            if field[0] in self.env:
                self.assertIn(field, telling)
                self.assertIn(field, telling - (listed - {field}))

    def test_the_list_names_no_field_that_is_gone(self):
        gone = [
            (model, name)
            for model, name in self.data._get_listed_fields()
            if model.startswith('scn.') and (model not in self.env or name not in self.env[model]._fields)
        ]
        self.assertFalse(gone)

    def test_every_declaration_says_why_how_long_and_who_sees_it(self):
        for declared in self.data._get_declarations():
            with self.subTest(model=declared.model):
                self.assertTrue(str(declared.why) and str(declared.kept) and str(declared.seen_by))
                self.assertIn(declared.erasure, ('delete', 'blank', 'special', 'keep'))
                self.assertEqual(declared.erasure == 'keep', bool(declared.basis) and declared.model != 'account.move')
                if declared.erasure == 'special' and declared.model in self.env:
                    self.assertTrue(hasattr(self.env[declared.model], '_erase_person'))

    def test_a_model_is_declared_once(self):
        models = [declared.model for declared in self.data._get_declarations()]
        self.assertEqual(len(models), len(set(models)))

    def test_the_document_is_what_the_register_says(self):
        written = re.search(r'<!-- register -->\n(.*)<!-- /register -->', DOCUMENT.read_text(), re.DOTALL)[1]
        self.assertEqual(written, self.data._render_reference(), "Write it anew: python3 -m scripts.platform privacy")

    # -- who is who --------------------------------------------------------------------------------------------

    def person(self, **values):
        return self.env['res.partner'].create(
            {'name': 'Zoë Quill', 'email': 'zoe@riverton.example', 'parent_id': self.riverton.id, **values}
        )

    def test_the_same_person_at_two_cities_is_one(self):
        here, there = self.person(), self.person(parent_id=self.lakeside.id)
        found = self.data._find_person(here)
        self.assertEqual(found.partners, here | there)

    def test_two_people_who_share_a_mailbox_stay_two(self):
        zoe, bo = self.person(), self.person(name='Bo Hill')
        found = self.data._find_person(zoe)
        self.assertEqual(found.partners, zoe)
        self.assertEqual(found.shared_emails, {'zoe@riverton.example'})
        self.assertFalse(found.get_traces().are_in('zoe@riverton.example'))
        self.assertTrue(bo.exists())

    def test_a_name_that_somebody_else_has_is_left_alone_in_texts(self):
        zoe = self.person()
        self.person(email='other@lakeside.example', parent_id=self.lakeside.id)
        found = self.data._find_person(zoe)
        self.assertEqual(found.shared_names, {'Zoë Quill'})
        self.assertFalse(found.get_traces().are_in('Zoë Quill'))
        self.assertTrue(found.get_traces().are_in('zoe@riverton.example'))

    def test_an_organisation_and_a_colleague_are_refused(self):
        with self.assertRaises(UserError):
            self.data._find_person(self.riverton)
        with self.assertRaises(UserError):
            self.data._find_person(self.officer.partner_id)
        with self.assertRaises(UserError):
            self.data._find_person(name='Somebody')

from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.scn_partner.tests.common import SharingCitiesCase


@tagged('post_install', '-at_install')
class TestMailingList(SharingCitiesCase):
    """A list of the marketing app follows tier, consent and opt-out."""

    def setUp(self):
        super().setUp()
        self.give_tier(self.riverton, 'associate')
        self.list = self.env.ref('scn_partner_mass_mailing.mailing_list_magazine')
        self.list.scn_company_id = self.env.company
        self.ana, self.bea = (self.person(name) for name in ('Ana', 'Bea'))

    def person(self, name):
        person = self.env['res.partner'].create(
            {'name': name, 'email': f'{name.lower()}@list.example', 'parent_id': self.riverton.id}
        )
        person._give_consent('magazine')
        return person

    def on_the_list(self):
        subscriptions = self.env['mailing.subscription'].search([('list_id', '=', self.list.id)])
        ours = subscriptions.filtered(lambda line: (line.contact_id.email or '').endswith('@list.example'))
        return {line.contact_id.email for line in ours if not line.opt_out}

    def test_the_list_follows_consent_and_tier(self):
        self.list._keep_in_step()
        self.assertEqual(self.on_the_list(), {'ana@list.example', 'bea@list.example'})
        self.bea._withdraw_consent('magazine')
        self.list._keep_in_step()
        self.assertEqual(self.on_the_list(), {'ana@list.example'})
        self.riverton.partnership_ids.state = 'cancelled'
        self.list._keep_in_step()
        self.assertEqual(self.on_the_list(), set())

    def test_a_second_run_changes_nothing(self):
        self.list._keep_in_step()
        before = self.env['mailing.subscription'].search([('list_id', '=', self.list.id)])
        self.list._keep_in_step()
        self.assertEqual(self.env['mailing.subscription'].search([('list_id', '=', self.list.id)]), before)

    def test_an_opt_out_in_the_app_is_a_withdrawn_consent(self):
        self.list._keep_in_step()
        line = self.env['mailing.subscription'].search(
            [('list_id', '=', self.list.id), ('contact_id.email', '=', 'ana@list.example')]
        )
        line.opt_out = True
        self.assertFalse(self.ana._may_send('magazine'))
        self.list._keep_in_step()
        self.assertTrue(line.exists().opt_out, "the wish stays on the list")
        self.ana._give_consent('magazine', source='portal')
        self.list._keep_in_step()
        self.assertIn('ana@list.example', self.on_the_list())

    def test_an_opt_out_from_before_the_list_followed_counts(self):
        older = self.env['mailing.list'].create({'name': 'Older list'})
        contact = self.env['mailing.contact'].create({'name': 'Ana', 'email': 'ana@list.example'})
        line = self.env['mailing.subscription'].create({'list_id': older.id, 'contact_id': contact.id, 'opt_out': True})
        older.write({'scn_purpose_id': self.list.scn_purpose_id.id, 'scn_company_id': self.env.company.id})
        older._keep_in_step()
        self.assertTrue(line.exists().opt_out)
        self.assertFalse(self.ana._may_send('magazine'))

    def test_a_contact_the_app_has_already_is_taken(self):
        known = self.env['mailing.contact'].create({'name': 'Ana', 'email': 'ana@list.example'})
        self.list._keep_in_step()
        found = self.env['mailing.subscription'].search([('contact_id', '=', known.id)])
        self.assertEqual(found.list_id, self.list)

    def test_only_officers_bring_it_in_step(self):
        with self.assertRaises(AccessError):
            self.list.with_user(self.reader).action_scn_keep_in_step()

    def test_the_daily_job(self):
        with self.enter_registry_test_mode():
            self.env.ref('scn_partner_mass_mailing.ir_cron_keep_lists').method_direct_trigger()
        self.assertEqual(self.on_the_list(), {'ana@list.example', 'bea@list.example'})

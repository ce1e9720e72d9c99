from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import SharingCitiesCase


@tagged('post_install', '-at_install')
class TestContactKeys(SharingCitiesCase):
    def keys_of(self, partner):
        return set(self.env['scn.contact.key'].search([('partner_id', '=', partner.id)]).mapped('key'))

    def contact(self, name='Ana Example', email='ana@riverton.example', city=None):
        return self.env['res.partner'].create(
            {
                'name': name,
                'email': email,
                'parent_id': (city or self.riverton).id,
            }
        )

    def duplicates(self):
        return self.env['scn.contact.duplicate'].search([]).mapped(lambda pair: (pair.owner_id, pair.partner_id))

    def test_keys_follow_name_country_and_city(self):
        self.assertEqual(self.keys_of(self.riverton), {'riverton|GB'})
        self.riverton.country_id = self.env.ref('base.be')
        self.assertEqual(self.keys_of(self.riverton), {'riverton|BE'})
        ana = self.contact()
        self.assertEqual(self.keys_of(ana), {'ana@riverton.example|ana example'})
        self.riverton.is_city = False
        self.assertFalse(self.keys_of(self.riverton) | self.keys_of(ana))

    def test_partners_outside_the_network_have_no_key_and_cost_no_query(self):
        Partner = self.env['res.partner']
        Partner.create({'name': 'Warm up', 'is_company': True})
        shop = Partner.create({'name': 'Corner shop', 'is_company': True})
        self.assertFalse(self.keys_of(shop))

    def test_two_people_behind_one_mailbox_stay_two(self):
        ana, jan = self.contact(), self.contact(name='Jan Example')
        self.assertEqual(len(self.keys_of(ana) | self.keys_of(jan)), 2)
        self.assertFalse(self.env['scn.contact.duplicate'].search([('partner_id', 'in', (ana + jan).ids)]))

    def test_a_duplicate_is_listed_and_not_refused(self):
        ana = self.contact()
        again = self.contact(name='EXAMPLE, Ana', email='Ana@Riverton.example')
        pair = self.env['scn.contact.duplicate'].search([('partner_id', '=', again.id)])
        self.assertEqual(pair.owner_id, ana)
        again.name = 'Berta Example'
        self.assertFalse(pair.exists(), "renaming solves it")

    def test_deleting_the_owner_hands_the_key_over(self):
        ana, again = self.contact(), self.contact()
        ana.unlink()
        self.assertEqual(self.keys_of(again), {'ana@riverton.example|ana example'})
        self.assertFalse(self.env['scn.contact.duplicate'].search([('partner_id', '=', again.id)]))

    def test_renaming_the_owner_hands_the_key_over(self):
        ana, again = self.contact(), self.contact()
        ana.email = 'other@riverton.example'
        self.assertEqual(self.keys_of(again), {'ana@riverton.example|ana example'})

    def test_an_existing_city_marked_twice_is_listed(self):
        twin = self.env['res.partner'].create({'name': 'RIVERTON', 'is_company': True, 'country_id': self.uk.id})
        twin.is_city = True
        self.assertEqual(
            self.env['scn.contact.duplicate'].search([('partner_id', '=', twin.id)]).owner_id,
            self.riverton,
        )

    def test_merging_keeps_keys_aliases_and_people(self):
        twin = self.env['res.partner'].create({'name': 'RIVERTON', 'is_city': True, 'country_id': self.uk.id})
        ana, berta = self.contact(), self.contact(city=twin)
        alias = self.env['scn.city.alias'].create({'organisation_id': twin.id, 'name': 'Riverdorp'})
        self.env['base.partner.merge.automatic.wizard']._merge((twin + self.riverton).ids, self.riverton)
        self.assertFalse(twin.exists())
        self.assertEqual(self.keys_of(self.riverton), {'riverton|GB', 'riverdorp|GB'})
        self.assertEqual(alias.organisation_id, self.riverton)
        self.assertEqual(berta.commercial_partner_id, self.riverton)
        # Both Anas now work for one city: the second is listed, none is lost.
        self.assertEqual(self.env['scn.contact.duplicate'].search([('partner_id', '=', berta.id)]).owner_id, ana)

    def test_merging_a_paid_city_keeps_the_tier(self):
        twin = self.env['res.partner'].create({'name': 'RIVERTON', 'is_city': True, 'country_id': self.uk.id})
        twin.task_force_since = '2019-01-01'
        self.give_tier(self.riverton, 'premium')
        self.env['base.partner.merge.automatic.wizard']._merge((twin + self.riverton).ids, self.riverton)
        self.assertEqual(self.riverton.grade_id, self.tier['premium'])
        self.assertTrue(self.riverton.is_task_force)

    def test_the_merge_button_opens_the_wizard_on_the_two(self):
        ana, again = self.contact(), self.contact()
        pair = self.env['scn.contact.duplicate'].with_user(self.officer).search([('partner_id', '=', again.id)])
        action = pair.action_merge()
        wizard = self.env[action['res_model']].browse(action['res_id'])
        self.assertEqual(wizard.partner_ids, ana + again)
        self.assertEqual(wizard.dst_partner_id, ana)

    def test_a_dismissed_pair_stays_dismissed(self):
        self.contact()
        again = self.contact()
        pair = self.env['scn.contact.duplicate'].search([('partner_id', '=', again.id)])
        pair.with_user(self.officer).action_dismiss()
        again._refresh_contact_keys()
        self.assertTrue(pair.exists().dismissed)

    def test_without_the_unique_index_two_contacts_own_one_key(self):
        """Control: the index decides, nothing else does."""
        self.contact()
        self.env.cr.execute('DROP INDEX scn_contact_key_kind_organisation_key_unique')
        again = self.contact()
        self.assertTrue(self.keys_of(again), "no index, no guard")

    def test_archiving_frees_the_key(self):
        ana = self.contact()
        ana.active = False
        self.assertFalse(self.keys_of(ana))
        ana.active = True
        self.assertTrue(self.keys_of(ana))

    def test_merging_people_with_the_same_role_keeps_every_role_once(self):
        ana, again = self.contact(), self.contact()
        self.env['scn.contact.role'].create(
            [
                {'organisation_id': self.riverton.id, 'contact_id': person.id, 'role': role, 'date_start': day}
                for person, role, day in (
                    (ana, 'task_force', '2019-02-01'),
                    (again, 'task_force', '2019-01-01'),
                    (again, 'finance', '2019-01-01'),
                )
            ]
        )
        self.env['base.partner.merge.automatic.wizard']._merge((ana + again).ids, ana)
        self.assertEqual(
            sorted((role.role, str(role.date_start)) for role in ana.held_role_ids),
            [('finance', '2019-01-01'), ('task_force', '2019-01-01')],
        )

    def test_an_officer_merges_listed_duplicates_whose_addresses_differ(self):
        self.riverton.email = 'info@riverton.example'
        twin = self.env['res.partner'].create(
            {
                'name': 'RIVERTON',
                'is_city': True,
                'country_id': self.uk.id,
                'email': 'mayor@riverton.example',
            }
        )
        merge = self.env['base.partner.merge.automatic.wizard'].with_user(self.officer)
        with self.assertRaisesRegex(UserError, "same email"):
            merge._merge((twin + self.lakeside).ids, self.lakeside.with_user(self.officer))
        merge._merge((twin + self.riverton).ids, self.riverton.with_user(self.officer))
        self.assertFalse(twin.exists())

    def test_merging_takes_a_membership_as_a_whole(self):
        twin = self.env['res.partner'].create({'name': 'RIVERTON', 'is_city': True, 'country_id': self.uk.id})
        self.riverton.write({'task_force_since': '2016-01-01', 'task_force_until': '2019-01-01'})
        twin.task_force_since = '2018-06-01'
        self.env['base.partner.merge.automatic.wizard']._merge((twin + self.riverton).ids, self.riverton)
        self.assertTrue(self.riverton.is_task_force)
        self.assertEqual(str(self.riverton.task_force_since), '2018-06-01')

    def test_merging_into_a_city_that_does_not_pay_keeps_the_paid_tier(self):
        twin = self.env['res.partner'].create({'name': 'RIVERTON', 'is_city': True, 'country_id': self.uk.id})
        self.give_tier(twin, 'premium')
        self.riverton.task_force_since = '2019-01-01'
        self.env['base.partner.merge.automatic.wizard']._merge((twin + self.riverton).ids, self.riverton)
        self.assertEqual(self.riverton.grade_id, self.tier['premium'])

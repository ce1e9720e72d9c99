from datetime import date

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import SharingCitiesCase


@tagged('post_install', '-at_install')
class TestSignupAcceptance(SharingCitiesCase):
    def accept(self, signup, **options):
        signup.with_user(self.officer)._accept(**options)

    def test_accepting_creates_the_contact_and_joins_the_task_force(self):
        signup = self.receive()
        self.accept(signup)
        contact = signup.contact_partner_id
        self.assertEqual(signup.state, 'accepted')
        self.assertEqual(signup.decided_by_id, self.officer)
        self.assertEqual(
            (contact.name, contact.email, contact.phone, contact.function, contact.city_unit, contact.parent_id),
            (
                'Ana Example',
                'ana.example@riverton.example',
                '+441632960101',
                'Head of unit',
                'Digital economy unit',
                self.riverton,
            ),
        )
        self.assertEqual(self.riverton.grade_id, self.tier['task_force'])
        self.assertEqual(self.riverton.task_force_since, date(2019, 5, 3))
        self.assertEqual(self.riverton.contact_role_ids.mapped('role'), ['task_force'])

    def test_blanks_are_filled_and_nothing_is_overwritten(self):
        ana = self.env['res.partner'].create(
            {
                'name': 'Ana Example',
                'email': 'ana.example@riverton.example',
                'parent_id': self.riverton.id,
                'function': 'Director',
                'comment': 'Met in 2018',
            }
        )
        signup = self.receive()
        self.accept(signup)
        self.assertEqual(signup.contact_partner_id, ana)
        self.assertEqual((ana.function, ana.phone), ('Director', '+441632960101'))
        self.assertIn('Met in 2018', ana.comment)

    def test_the_address_of_the_city_and_its_people_stays(self):
        """Odoo shares an address between a company and its contacts: writing it would corrupt them all."""
        self.riverton.write({'street': 'Main street 1', 'city': 'Riverton', 'zip': 'RV1'})
        colleague = self.env['res.partner'].create({'name': 'Bo Example', 'parent_id': self.riverton.id})
        signup = self.receive()
        self.accept(signup)
        for partner in (self.riverton, colleague, signup.contact_partner_id):
            self.assertEqual((partner.street, partner.city, partner.country_id), ('Main street 1', 'Riverton', self.uk))

    def test_a_blank_country_is_filled_on_the_city(self):
        self.riverton.country_id = False
        self.accept(self.receive())
        self.assertEqual(self.riverton.country_id, self.uk)

    def test_a_paid_tier_a_stop_and_invoicing_data_are_never_touched(self):
        self.give_tier(self.riverton, 'premium')
        ana = self.env['res.partner'].create(
            {
                'name': 'Ana Example',
                'email': 'ana.example@riverton.example',
                'parent_id': self.riverton.id,
                'news_stopped_on': '2019-01-01 00:00:00',
            }
        )
        signup = self.receive()
        self.assertIn('stopped_news', signup.match_reasons)
        self.accept(signup)
        self.assertEqual(self.riverton.grade_id, self.tier['premium'])
        self.assertTrue(self.riverton.is_task_force)
        self.assertTrue(ana.news_stopped_on)

    def test_an_old_message_does_not_bring_a_city_back(self):
        self.riverton.write({'task_force_since': '2018-01-01', 'task_force_until': '2019-12-31'})
        self.accept(self.receive('old', received_at='2019-05-03T10:00:00Z'))
        self.assertEqual(self.riverton.task_force_until, date(2019, 12, 31))
        self.accept(self.receive('new', received_at='2020-02-01T10:00:00Z'))
        self.assertTrue(self.riverton.is_task_force)

    def test_another_wish_does_not_join_the_task_force(self):
        self.accept(self.receive(wants=['magazine']))
        self.assertFalse(self.riverton.is_task_force)
        self.assertFalse(self.riverton.contact_role_ids)

    def test_two_signups_of_one_person_make_one_contact(self):
        signups = self.receive('one', phone=None) + self.receive('two', position=None)
        self.accept(signups)
        contact = signups.contact_partner_id
        self.assertEqual(len(contact), 1)
        self.assertEqual((contact.phone, contact.function), ('+441632960101', 'Head of unit'))

    def test_two_people_behind_one_mailbox_become_two_contacts(self):
        signups = self.receive('one') + self.receive('two', name='Jan Example')
        self.accept(signups)
        self.assertEqual(len(signups.contact_partner_id), 2)

    def test_a_person_who_moved_changes_roles(self):
        ana = self.env['res.partner'].create(
            {
                'name': 'Ana Example',
                'email': 'ana.example@riverton.example',
                'parent_id': self.lakeside.id,
            }
        )
        old = self.env['scn.contact.role'].create(
            {
                'organisation_id': self.lakeside.id,
                'contact_id': ana.id,
                'role': 'staff_lead',
                'date_start': '2018-01-01',
            }
        )
        signup = self.receive()
        self.accept(signup)
        self.assertEqual(old.date_end, date(2019, 5, 3))
        self.assertIn('Riverton', old.end_reason)
        self.assertNotEqual(signup.contact_partner_id, ana)
        self.assertEqual(signup.contact_partner_id.held_role_ids.organisation_id, self.riverton)

    def test_a_secondment_keeps_the_roles(self):
        ana = self.env['res.partner'].create(
            {
                'name': 'Ana Example',
                'email': 'ana.example@riverton.example',
                'parent_id': self.lakeside.id,
            }
        )
        old = self.env['scn.contact.role'].create(
            {
                'organisation_id': self.lakeside.id,
                'contact_id': ana.id,
                'role': 'staff_lead',
                'date_start': '2018-01-01',
            }
        )
        signup = self.receive()
        self.accept(signup, end_old_roles=False)
        self.assertFalse(old.date_end)
        self.assertEqual(signup.contact_partner_id.held_role_ids.organisation_id, self.riverton)

    @freeze_time('2019-05-03 03:00:00')
    def test_a_reader_west_of_greenwich_sees_a_member_at_once(self):
        signup = self.receive(received_at='2019-05-03T02:30:00Z')
        signup.with_user(self.officer).with_context(tz='America/Los_Angeles')._accept()
        self.assertEqual(self.riverton.task_force_since, date(2019, 5, 2))

    def test_an_unknown_city_needs_a_decision(self):
        signup = self.receive(city='Hillford')
        with self.assertRaisesRegex(UserError, "has no city yet"):
            self.accept(signup)
        self.accept(signup, create_city=True)
        city = signup.city_partner_id
        self.assertEqual((city.name, city.is_city, city.country_id), ('Hillford', True, self.uk))
        self.assertEqual(city.grade_id, self.tier['task_force'])

    def test_two_signups_of_one_unknown_city_create_it_once(self):
        signups = self.receive('one', city='Hillford') + self.receive('two', city='City of Hillford', name='Jan B')
        self.accept(signups, create_city=True)
        self.assertEqual(len(signups.city_partner_id), 1)

    def test_a_decided_signup_is_not_decided_again(self):
        signup = self.receive()
        self.accept(signup)
        with self.assertRaisesRegex(UserError, "already decided"):
            self.accept(signup)
        with self.assertRaisesRegex(UserError, "already decided"):
            signup.with_user(self.officer)._reject('spam')

    def test_the_preview_shows_what_accepting_does(self):
        """One code path: every value the preview calls new is there afterwards, every kept one unchanged."""
        ana = self.env['res.partner'].create(
            {
                'name': 'Ana Example',
                'email': 'ana.example@riverton.example',
                'parent_id': self.riverton.id,
                'function': 'Director',
            }
        )
        signup = self.receive()
        rows = {
            (label, field): (now, after)
            for label, field, __, now, after in signup._prepare_change_rows(self.riverton, ana)
        }
        self.assertEqual(rows['Ana Example', 'Phone'], ('', '+441632960101'))
        self.assertEqual(rows['Ana Example', 'Job Position'], ('Director', 'Director'))
        self.assertIn('kept', signup.change_preview)
        self.accept(signup)
        self.assertEqual((ana.phone, ana.function), ('+441632960101', 'Director'))

    def test_hostile_text_is_escaped_in_the_preview(self):
        signup = self.receive(name='<script>alert(1)</script>')
        self.assertNotIn('<script>', signup.change_preview)
        self.assertIn('&lt;script&gt;', signup.change_preview)

    def test_what_accepting_did_is_kept(self):
        signup = self.receive()
        self.accept(signup)
        for partner in (self.riverton, signup.contact_partner_id):
            self.assertIn(f"sign-up {signup.id}", partner.message_ids[0].body)
            self.assertEqual(partner.message_ids[0].author_id, self.officer.partner_id)
        self.assertIn("Phone: – → +441632960101", signup.applied_text)
        self.assertEqual(
            [(change['partner_id'], change['created']) for change in signup.applied_changes if change['fields']],
            [(self.riverton.id, False), (signup.contact_partner_id.id, True)],
        )

    def test_many_are_accepted_with_a_word_on_the_doubtful_ones(self):
        signups = self.receive('one') + self.receive('two', name='Jan Example', review_reasons=['forwarded'])
        action = signups.with_user(self.officer).action_open_accept()
        Wizard = self.env[action['res_model']].with_user(self.officer).with_context(action['context'])
        with Form(Wizard) as form:
            self.assertEqual((form.signup_count, form.doubtful_count), (2, 1))
        form.record.action_confirm()
        self.assertEqual(set(signups.mapped('state')), {'accepted'})

    def test_accept_wizard(self):
        signup = self.receive(city='Hillford')
        action = signup.with_user(self.officer).action_open_accept()
        Wizard = self.env[action['res_model']].with_user(self.officer).with_context(action['context'])
        with Form(Wizard) as form:
            self.assertTrue(form.needs_new_city)
        with self.assertRaisesRegex(UserError, "Tick “Create this city”"):
            form.record.action_confirm()
        form.record.create_city = True
        form.record.action_confirm()
        self.assertEqual(signup.state, 'accepted')

    def test_merge_wizard_accepts_into_the_chosen_contact(self):
        berta = self.env['res.partner'].create({'name': 'Berta Example', 'parent_id': self.lakeside.id})
        signup = self.receive()
        action = signup.with_user(self.officer).action_merge_into()
        Wizard = self.env[action['res_model']].with_user(self.officer).with_context(action['context'])
        with Form(Wizard) as form:
            form.contact_id = berta
        self.assertIn('ana.example@riverton.example', form.record.change_preview)
        form.record.action_confirm()
        self.assertEqual((signup.city_partner_id, signup.contact_partner_id), (self.lakeside, berta))
        self.assertEqual((berta.name, berta.email), ('Berta Example', 'ana.example@riverton.example'))

    def test_reject_and_take_back(self):
        signup = self.receive().with_user(self.officer)
        action = signup.action_reject()
        wizard = (
            self.env[action['res_model']]
            .with_user(self.officer)
            .with_context(action['context'])
            .create(
                {'reason': 'spam'},
            )
        )
        wizard.action_confirm()
        self.assertEqual((signup.state, signup.reject_reason), ('rejected', 'spam'))
        signup.action_reopen()
        self.assertEqual((signup.state, signup.reject_reason), ('matched', False))
        with self.assertRaisesRegex(UserError, "Only rejected"):
            signup.action_reopen()

    def test_the_state_is_not_written_by_hand(self):
        signup = self.receive().with_user(self.manager)
        for values in ({'state': 'accepted'}, {'city_partner_id': self.lakeside.id}, {'payload_hash': 'x'}):
            with self.assertRaisesRegex(AccessError, "by its buttons"):
                signup.write(values)

    def test_an_accepted_signup_is_kept(self):
        signup = self.receive()
        self.accept(signup)
        with self.assertRaisesRegex(UserError, "evidence of a consent"):
            signup.with_user(self.manager).unlink()

    def test_a_reader_decides_nothing(self):
        signup = self.receive().with_user(self.reader)
        for act in (
            signup.action_accept,
            signup.action_reject,
            signup.action_merge_into,
            signup.action_match,
            signup.action_open_accept,
            signup.action_reopen,
        ):
            with self.assertRaises(AccessError):
                act()

    def test_a_signup_by_phone_is_entered_and_matched(self):
        signup = (
            self.env['scn.signup']
            .with_user(self.officer)
            .create(
                {
                    'contact_name': 'Bo Example',
                    'city': 'Lakeside',
                    'phone': '+441632960102',
                }
            )
        )
        self.assertEqual((signup.state, signup.organisation_id), ('matched', self.lakeside))
        signup.action_accept()
        self.assertEqual(signup.contact_partner_id.parent_id, self.lakeside)

    def test_accepting_many_creates_contacts_in_one_call(self):
        signups = self.env['scn.signup']
        for number in range(30):
            signups += self.receive(f'many-{number}', name=f'Person {number}', email=f'p{number}@riverton.example')
        calls = []
        create = type(self.env['res.partner']).create

        def counting(partners, vals_list):
            calls.append(len(vals_list))
            return create(partners, vals_list)

        self.patch(type(self.env['res.partner']), 'create', counting)
        self.accept(signups)
        self.assertEqual(len(signups.contact_partner_id), 30)
        self.assertIn(30, calls)

    def test_no_context_and_no_stored_default_decides(self):
        Signup = self.env['scn.signup'].with_user(self.officer)
        self.env['ir.default'].with_user(self.officer).set('scn.signup', 'decided_on', '2019-01-01 00:00:00', True)
        signup = Signup.with_context(default_state='accepted', default_payload_hash='x').create(
            {
                'contact_name': 'Bo Example',
                'city': 'Riverton',
            }
        )
        self.assertEqual((signup.state, signup.payload_hash, signup.decided_on), ('matched', False, False))

    def test_only_a_city_is_accepted_into(self):
        shop = self.env['res.partner'].create({'name': 'Corner shop', 'is_company': True})
        signup = self.receive(city='Nowhere')
        signup.with_user(self.officer).organisation_id = shop
        with self.assertRaisesRegex(UserError, "no city"):
            self.accept(signup)
        self.assertFalse(shop.country_id or shop.child_ids)

    def test_the_city_itself_is_never_the_person(self):
        signup = self.receive()
        signup.with_user(self.officer).contact_id = self.riverton
        self.accept(signup)
        self.assertEqual(signup.contact_partner_id.parent_id, self.riverton)
        self.assertFalse(self.riverton.email or self.riverton.function)

    def test_a_decided_signup_stays_evidence(self):
        signup = self.receive()
        self.accept(signup)
        for values in (
            {'consent_wording': 'Other'},
            {'email': 'x@y.example'},
            {'wants_event': True},
            {'organisation_id': self.lakeside.id},
        ):
            with self.assertRaisesRegex(UserError, "is decided"):
                signup.with_user(self.officer).write(values)
        signup.with_user(self.manager).contact_name = 'Ana Corrected'

    def test_an_old_message_ends_no_newer_role(self):
        ana = self.env['res.partner'].create(
            {
                'name': 'Ana Example',
                'email': 'ana.example@riverton.example',
                'parent_id': self.lakeside.id,
            }
        )
        newer = self.env['scn.contact.role'].create(
            {
                'organisation_id': self.lakeside.id,
                'contact_id': ana.id,
                'role': 'staff_lead',
                'date_start': '2020-01-01',
            }
        )
        self.accept(self.receive())
        self.assertFalse(newer.date_end)

    def test_who_stopped_at_another_city_stays_stopped(self):
        self.env['res.partner'].create(
            {
                'name': 'Ana Example',
                'email': 'ana.example@riverton.example',
                'parent_id': self.lakeside.id,
                'news_stopped_on': '2019-01-01 00:00:00',
            }
        )
        signup, colleague = self.receive(), self.receive('two', name='Bo Example')
        self.assertEqual((signup.match_reasons, colleague.match_reasons), ('stopped_news', 'stopped_address'))
        self.accept(signup + colleague)
        self.assertTrue(signup.contact_partner_id.news_stopped_on)
        self.assertFalse(colleague.contact_partner_id.news_stopped_on)

    def test_another_company_reads_nothing_through_the_wizard(self):
        signup = self.receive()
        other = self.env['res.company'].create({'name': 'Other body'})
        self.officer.write({'company_ids': [(6, 0, other.ids)], 'company_id': other.id})
        self.env.flush_all()
        self.env.invalidate_all()
        spec = {'signup_ids': {'fields': {}}, 'mail_to': {}, 'change_preview': {}, 'organisation_id': {'fields': {}}}
        with self.assertRaises(AccessError):
            self.env['scn.signup.accept'].with_user(self.officer).onchange(
                {'signup_ids': [(6, 0, signup.ids)]},
                ['signup_ids'],
                spec,
            )

    def test_a_doubt_is_said_once(self):
        signup = self.receive(city=None, review_reasons=['no_city'])
        self.assertEqual(signup.review_text, "The message names no city.")

    def test_accepting_many_costs_few_queries_more_than_accepting_some(self):
        """Contacts and roles are created together: the cost must not grow with every sign-up."""

        def queries(count, start):
            signups = self.env['scn.signup'].union(
                *(
                    self.receive(f'many-{number}', name=f'Person Nr{number}', email=f'p{number}@riverton.example')
                    for number in range(start, start + count)
                )
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.accept(signups)
            self.env.flush_all()
            self.assertEqual(len(signups.contact_partner_id), count)
            self.assertEqual(len(signups.contact_partner_id.held_role_ids), count)
            return self.env.cr.sql_log_count - before

        queries(1, 0)
        few, many = queries(5, 10), queries(25, 100)
        self.assertLess(many - few, 20 * 3, f"{few} queries for 5, {many} for 25")

    def test_a_new_contact_takes_from_its_city_what_differs_by_company(self):
        term = self.env['account.payment.term'].create({'name': 'Sixty days'})
        other = self.env['res.company'].create({'name': 'Other body'})
        self.riverton.with_company(other).property_payment_term_id = term
        signup = self.receive()
        self.accept(signup)
        self.assertEqual(signup.contact_partner_id.with_company(other).property_payment_term_id, term)

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged

from ..models.scn_contact_role_rights import EVERY_RIGHT, MANAGE_PEOPLE, RIGHTS
from .common import SharingCitiesCase
from .people_common import PASSWORD, CityPeople

TASK = 'scn_partner.mail_activity_type_reconfirm_contacts'
CHECK = 'scn_partner.mail_activity_type_check_invitation'


@tagged('post_install', '-at_install')
class TestPeople(CityPeople, SharingCitiesCase):
    """Who gets in, who gives what, and what happens when a mandate ends."""

    def setUp(self):
        super().setUp()
        self.city = self.new_city('Hillford', 'hillford.example')
        self.other = self.new_city('Seaburgh', 'seaburgh.example')
        self.lead = self.new_person(self.city, 'staff_lead', 'lead@hillford.example')
        self.coordinator = self.new_person(self.city, 'coordinator', 'coordinator@hillford.example')
        self.finance_contact = self.new_person(self.city, 'finance', 'finance@hillford.example')
        self.stranger = self.new_person(self.other, 'staff_lead', 'lead@seaburgh.example')

    def invite(self, person=None, **form):
        person = person or self.lead
        values = {'name': 'Nia Newcomer', 'email': 'nia@hillford.example', 'role': 'communication', **form}
        return self.city.sudo()._invite_colleague(person.sudo(), values)

    def colleague(self, email='nia@hillford.example'):
        return self.env['res.partner'].search([('email', '=', email)])

    def user(self, person):
        return person.with_context(active_test=False).user_ids

    def log(self, city=None):
        return ' '.join((city or self.city).message_ids.mapped('body'))

    # -- inviting ----------------------------------------------------------------------------------------------

    def test_an_address_of_the_city_gets_in_at_once(self):
        mails = self.env['mail.mail'].search([])
        self.assertEqual(self.invite(), 'sent')
        nia = self.colleague()
        self.assertEqual((nia.parent_id, nia.held_role_ids.role), (self.city, 'communication'))
        self.assertTrue(self.user(nia)._is_portal())
        mail = self.env['mail.mail'].search([]) - mails
        self.assertEqual(mail.recipient_ids, nia)
        self.assertIn('/web/signup?', mail.body_html)
        self.assertIn('Hillford', mail.subject)
        self.assertFalse(mail.model, "a colleague who reads records must not read the link")
        self.assertIn('Nia Newcomer', self.log())

    def test_who_invites_reads_no_link_of_the_other_one(self):
        """A coordinator who read the link of a lead could choose the lead's password."""
        mails = self.env['mail.mail'].search([])
        user = self.user(self.coordinator)
        form = {'name': 'Nia Newcomer', 'email': 'nia@hillford.example', 'role': 'communication'}
        self.assertEqual(self.city.with_user(user).sudo()._invite_colleague(self.coordinator.sudo(), form), 'sent')
        mail = self.env['mail.mail'].search([]) - mails
        self.assertIn('/web/signup?', mail.mail_message_id.body)
        with self.assertRaises(AccessError):
            mail.mail_message_id.with_user(user).read(['body'])

    def test_who_has_more_rights_is_not_invited_into_one_more_role(self):
        self.assertEqual(self.invite(self.coordinator, email='lead@hillford.example'), 'requested')

    def test_an_address_with_which_somebody_else_signs_in_is_refused(self):
        self.finance_contact.email = 'accounts@hillford.example'
        with self.assertRaisesRegex(UserError, "cannot be invited"):
            self.invite(email='finance@hillford.example')

    def test_a_person_without_an_address_is_not_invited(self):
        contact = self.env['res.partner'].create({'name': 'No Address', 'parent_id': self.city.id})
        with self.assertRaisesRegex(UserError, "no e-mail address"):
            contact.sudo()._open_portal(self.lead)

    def test_an_own_address_that_was_changed_opens_no_other_domain(self):
        self.coordinator.email = 'me@elsewhere.example'
        self.assertEqual(self.invite(self.coordinator, email='friend@elsewhere.example'), 'requested')

    def test_a_second_click_invites_nobody_twice(self):
        self.invite()
        mails = self.env['mail.mail'].search_count([])
        with self.assertRaisesRegex(UserError, "has this role already"):
            self.invite()
        self.assertEqual(len(self.colleague()), 1)
        self.assertEqual(len(self.user(self.colleague())), 1)
        self.assertEqual(self.env['mail.mail'].search_count([]), mails)

    def test_another_domain_waits_for_staff(self):
        for address in ('nia@consultant.example', 'nia@gmail.com'):
            self.assertEqual(self.invite(email=address), 'requested')
            self.assertEqual(self.invite(email=address), 'requested')
            self.assertFalse(self.colleague(address))
        invitations = self.city.invitation_ids
        self.assertEqual(invitations.mapped('state'), ['requested', 'requested'], "a second click asks once")
        self.assertEqual(len(self.city.activity_search([CHECK])), 1)
        with self.assertRaises(AccessError):
            invitations.with_user(self.reader).action_send()
        invitations[0].with_user(self.officer).action_send()
        invitations[1].with_user(self.officer).action_refuse()
        self.assertEqual(len(self.colleague('nia@gmail.com') | self.colleague('nia@consultant.example')), 1)
        self.assertFalse(self.city.activity_search([CHECK]))

    def test_an_address_of_somebody_else_is_refused_without_saying_whose(self):
        sentences = set()
        inside = self.env['res.users'].create(
            {'name': 'In', 'login': 'inside@hillford.example', 'email': 'inside@hillford.example'}
        )
        for address in ('lead@seaburgh.example', inside.login):
            with self.assertRaises(UserError) as refusal:
                self.invite(email=address)
            sentences.add(str(refusal.exception))
        self.assertEqual(len(sentences), 1)
        self.assertNotRegex(sentences.pop(), 'Seaburgh|city|staff')

    def test_nobody_gives_more_than_they_have(self):
        self.assertEqual(self.invite(self.coordinator), 'sent')
        self.assertEqual(self.invite(self.coordinator, role='finance', email='fin@hillford.example'), 'requested')
        self.assertFalse(self.colleague('fin@hillford.example'))
        nia = self.colleague()
        with self.assertRaisesRegex(UserError, "includes more than yours"):
            self.city._change_colleague(self.coordinator, nia, nia.held_role_ids, 'political_lead')
        with self.assertRaisesRegex(UserError, "includes more than yours"):
            self.city._remove_colleague(self.coordinator, self.lead)
        with self.assertRaisesRegex(UserError, "your own role"):
            self.city._remove_colleague(self.lead, self.lead)

    def test_a_role_without_the_right_changes_nobody(self):
        for role, rights in RIGHTS.items():
            if MANAGE_PEOPLE in rights:
                continue
            person = self.new_person(self.city, role, f'{role}2@hillford.example')
            for act in (
                lambda person=person: self.invite(person),
                lambda person=person: self.city._remove_colleague(person, self.coordinator),
                lambda person=person: self.city._resend_invitation(person, self.coordinator),
            ):
                with self.assertRaises(AccessError, msg=role):
                    act()
        with self.assertRaises(AccessError):
            self.city._remove_colleague(self.stranger, self.coordinator)

    def test_the_leads_have_every_right(self):
        self.assertEqual(self.lead._get_city_rights(self.city), EVERY_RIGHT)
        self.assertFalse(self.lead._get_city_rights(self.other))

    def test_a_flood_of_invitations_waits_for_staff(self):
        answers = [self.invite(email=f'nia{number}@hillford.example') for number in range(11)]
        self.assertEqual(answers, ['sent'] * 10 + ['requested'])

    def test_another_role_in_place_of_one(self):
        self.invite()
        nia = self.colleague()
        self.city._change_colleague(self.lead, nia, nia.held_role_ids, 'finance')
        self.assertEqual(nia.held_role_ids.filtered('is_current').mapped('role'), ['finance'])
        self.assertTrue(self.user(nia).active, "somebody with another role stays")

    # -- the end -----------------------------------------------------------------------------------------------

    def test_removing_ends_access_now(self):
        user = self.user(self.coordinator)
        key = (
            self.env['res.users.apikeys']
            .with_user(user)
            .sudo()
            ._generate('rpc', 'key', fields.Datetime.add(fields.Datetime.now(), days=1))
        )
        self.assertTrue(key)
        self.city._remove_colleague(self.lead, self.coordinator)
        self.assertFalse(user.active)
        self.assertFalse(self.env['res.users.apikeys'].search([('user_id', '=', user.id)]))
        self.assertFalse(self.coordinator._get_city_rights(self.city))
        self.assertIn('Access to the portal ended: coordinator@hillford.example', self.log())
        again = self.log()
        self.city._remove_colleague(self.lead, self.coordinator)
        self.assertEqual(self.log(), again, "a second click changes nothing")

    def test_a_mandate_that_ended_ends_access_with_the_daily_job(self):
        role = self.coordinator.held_role_ids
        today = fields.Date.context_today(role)
        role.date_end = fields.Date.add(today, days=2)
        user = self.user(self.coordinator)
        self.close(today)
        self.assertTrue(user.active, "the last day is still to come")
        self.close(fields.Date.add(today, days=3))
        self.assertFalse(user.active)
        self.assertEqual(len(self.city.activity_search([TASK])), 1)
        written = self.log()
        self.close(fields.Date.add(today, days=4))
        self.assertEqual(self.log(), written, "a second run changes nothing")
        self.assertEqual(len(self.city.activity_search([TASK])), 1)

    def close(self, day):
        with freeze_time(day), self.enter_registry_test_mode():
            self.env.ref('scn_partner.ir_cron_hand_over').method_direct_trigger()

    def test_a_day_that_has_passed_ends_access_at_once(self):
        self.coordinator.held_role_ids.date_end = '2019-06-30'
        self.assertFalse(self.user(self.coordinator).active)

    def test_another_role_keeps_access(self):
        self.env['scn.contact.role'].create(
            {'organisation_id': self.city.id, 'contact_id': self.coordinator.id, 'role': 'communication'}
        )
        self.coordinator.held_role_ids.filtered(lambda role: role.role == 'coordinator').date_end = '2019-06-30'
        self.assertTrue(self.user(self.coordinator).active)

    def test_deleting_or_passing_on_a_role_ends_access(self):
        self.coordinator.held_role_ids.unlink()
        self.assertFalse(self.user(self.coordinator).active)
        heir = self.env['res.partner'].create({'name': 'Heir', 'parent_id': self.city.id})
        self.finance_contact.held_role_ids.contact_id = heir
        self.assertFalse(self.user(self.finance_contact).active)

    def test_who_never_had_a_role_keeps_what_staff_gave(self):
        guest = self.new_person(self.city, None, 'guest@hillford.example')
        self.coordinator.held_role_ids.date_end = '2019-06-30'
        self.close(fields.Date.today())
        self.assertTrue(self.user(guest).active)

    def test_a_colleague_of_ours_is_never_closed(self):
        inside = self.env['res.users'].create({'name': 'In', 'login': 'in@hillford.example'})
        inside.partner_id.parent_id = self.city
        role = self.env['scn.contact.role'].create(
            {'organisation_id': self.city.id, 'contact_id': inside.partner_id.id, 'role': 'communication'}
        )
        role._remove('Over')
        self.assertTrue(inside.active)

    def test_what_was_open_goes_to_the_successor(self):
        heir = self.new_person(self.city, 'finance', 'heir@hillford.example', date_start='2019-02-01')
        order = self.env['sale.order'].create({'partner_id': self.city.id})
        order.message_subscribe(self.finance_contact.ids)
        own = self.env['sale.order'].create({'partner_id': self.finance_contact.id})
        (order | own).action_quotation_sent()
        self.finance_contact.held_role_ids.date_end = '2019-06-30'
        self.assertEqual(own.partner_id, heir)
        self.assertIn(heir, order.message_partner_ids)
        self.assertNotIn(self.finance_contact, order.message_partner_ids)
        self.assertIn(f'{order.name} waits for', self.log())

    def test_without_a_successor_the_staff_lead_takes_over(self):
        role = self.finance_contact.held_role_ids
        self.assertEqual(role._find_successor(), self.lead)
        self.lead.held_role_ids.date_end = '2019-06-30'
        self.assertFalse(role._find_successor())

    def test_history_that_is_entered_asks_nobody(self):
        self.env['scn.contact.role'].create(
            {
                'organisation_id': self.city.id,
                'contact_id': self.lead.id,
                'role': 'political_lead',
                'date_start': '2010-01-01',
                'date_end': '2014-01-01',
            }
        )
        self.assertFalse(self.city.activity_search([TASK]))

    def test_staff_invite_and_remove_from_the_city(self):
        contact = self.env['res.partner'].create(
            {'name': 'Paul', 'email': 'paul@hillford.example', 'parent_id': self.city.id}
        )
        role = self.env['scn.contact.role'].create(
            {
                'organisation_id': self.city.id,
                'contact_id': contact.id,
                'role': 'political_lead',
                'date_start': '2019-01-01',
            }
        )
        with self.assertRaises(AccessError):
            role.with_user(self.reader).action_open_portal()
        role.with_user(self.officer).action_open_portal()
        self.assertEqual(contact.portal_state, 'invited')
        role.with_user(self.officer).action_remove()
        contact.invalidate_recordset()
        self.assertEqual(contact.portal_state, 'ended')
        with self.assertRaisesRegex(UserError, "has ended"):
            role.with_user(self.officer).action_open_portal()

    def test_an_invited_person_who_was_removed_cannot_use_the_old_link(self):
        self.invite()
        nia = self.colleague()
        url = nia._get_invitation_url()
        token = url.split('token=')[1].split('&')[0]
        self.assertEqual(nia._get_partner_from_token(token), nia)
        self.city._remove_colleague(self.lead, nia)
        self.assertFalse(nia._get_partner_from_token(token))


@tagged('post_install', '-at_install')
class TestPeoplePage(CityPeople, HttpCase, SharingCitiesCase):
    """The page over HTTP."""

    def setUp(self):
        super().setUp()
        self.city = self.new_city('Hillford', 'hillford.example')
        self.other = self.new_city('Seaburgh', 'seaburgh.example')
        self.lead = self.new_person(self.city, 'staff_lead', 'lead@hillford.example')
        self.press = self.new_person(self.city, 'communication', 'press@hillford.example')
        self.stranger = self.new_person(self.other, 'communication', 'press@seaburgh.example')

    def post(self, path, **form):
        page = self.url_open('/my/city/people').text
        token = page.partition('csrf_token: "')[2].partition('"')[0]
        return self.url_open(f'/my/city/people/{path}', data={'csrf_token': token, **form})

    def test_a_lead_invites_changes_and_removes(self):
        self.authenticate('lead@hillford.example', PASSWORD)
        answer = self.post('invite', name='Nia <b>N</b>', email='nia@hillford.example', role='coordinator')
        self.assertIn('Nia &lt;b&gt;N&lt;/b&gt; gets an invitation by mail', answer.text)
        nia = self.env['res.partner'].search([('email', '=', 'nia@hillford.example')])
        answer = self.post(f'{nia.id}/change', role_id=nia.held_role_ids.id, role='communication')
        self.assertIn('is changed', answer.text)
        self.assertIn('gets an invitation', self.post(f'{nia.id}/resend').text)
        self.assertIn('is removed', self.post(f'{nia.id}/remove').text)
        self.assertEqual(self.post(f'{nia.id}/remove').status_code, 404, "nobody is there any more")

    def test_somebody_of_another_city_is_not_found(self):
        self.authenticate('lead@hillford.example', PASSWORD)
        for do in ('change', 'resend', 'remove'):
            self.assertEqual(self.post(f'{self.stranger.id}/{do}').status_code, 404)
        self.assertTrue(self.stranger.user_ids.active)
        self.assertNotIn('seaburgh', self.url_open('/my/city/people').text)

    def test_a_get_changes_nothing(self):
        self.authenticate('lead@hillford.example', PASSWORD)
        for do in ('change', 'resend', 'remove'):
            self.assertEqual(self.url_open(f'/my/city/people/{self.press.id}/{do}').status_code, 405)
        self.assertTrue(self.press.user_ids.active)

    def test_without_the_right_the_page_offers_nothing_and_refuses(self):
        self.authenticate('press@hillford.example', PASSWORD)
        self.assertNotIn('scn_invite', self.url_open('/my/city/people').text)
        answer = self.post('invite', name='Eve', email='eve@hillford.example', role='staff_lead')
        self.assertIn('Write to us if you should be one of them', answer.text)
        self.assertFalse(self.env['res.partner'].search([('email', '=', 'eve@hillford.example')]))

    def test_a_removed_person_is_out_at_the_next_request(self):
        self.authenticate('press@hillford.example', PASSWORD)
        self.assertEqual(self.url_open('/my/city').url.rpartition('/')[2], 'city')
        self.city._remove_colleague(self.lead, self.press)
        self.assertIn('/web/login', self.url_open('/my/city').url)

    def test_without_closing_the_account_the_session_would_go_on(self):
        """Control: the mandate alone ends no session."""
        self.authenticate('press@hillford.example', PASSWORD)
        self.url_open('/my/city')
        self.patch(self.env.registry['res.partner'], '_end_access', lambda people: False)
        self.city._remove_colleague(self.lead, self.press)
        self.assertEqual(self.url_open('/my/city').url.rpartition('/')[2], 'city')

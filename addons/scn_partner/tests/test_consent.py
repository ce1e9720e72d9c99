from unittest.mock import patch

from freezegun import freeze_time
from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import SharingCitiesCase


@tagged('post_install', '-at_install')
class TestConsent(SharingCitiesCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.other_company = cls.env['res.company'].create({'name': 'Other Body'})
        cls.person = cls.env['res.partner'].create(
            {'name': 'Ana Example', 'email': 'ana@riverton.example', 'parent_id': cls.riverton.id}
        )
        cls.news = cls.env.ref('scn_partner.scn_consent_purpose_news')

    def consents(self, partner=None):
        return self.env['scn.consent'].search([('partner_id', '=', (partner or self.person).id)])

    # -- sending asks ------------------------------------------------------------------------------------------

    def test_nothing_is_sent_without_a_consent(self):
        self.assertFalse(self.person._may_send('news'))
        self.person._give_consent('news')
        self.assertTrue(self.person._may_send('news'))
        self.assertFalse(self.person._may_send('magazine'), "One purpose is none of the others.")

    def test_a_yes_to_one_body_is_none_to_the_other(self):
        self.person._give_consent('news', self.company)
        self.assertFalse(self.person._may_send('news', self.other_company))

    def test_a_stop_takes_every_consent_to_mails_back(self):
        for company in (self.company, self.other_company):
            self.person._give_consent('news', company)
        self.person._give_consent('recordings', scope='public')
        self.person.news_stopped_on = '2026-01-01 00:00:00'
        self.assertFalse(self.person._may_send('news') or self.person._may_send('news', self.other_company))
        self.assertEqual(
            self.consents().filtered(lambda consent: not consent.withdrawn_at).purpose_id.code, 'recordings'
        )
        self.assertEqual(set(self.consents().filtered('withdrawn_at').mapped('withdrawn_source')), {'stop'})

    def test_control_the_stop_alone_holds_even_where_a_consent_is_left(self):
        self.person._give_consent('news')
        self.person.flush_recordset()
        self.env.cr.execute("UPDATE res_partner SET news_stopped_on = now() WHERE id = %s", [self.person.id])
        self.person.invalidate_recordset()
        self.assertFalse(self.person._may_send('news'))

    def test_an_address_on_the_blacklist_gets_nothing(self):
        self.person._give_consent('news')
        self.env['mail.blacklist'].sudo()._add('ana@riverton.example')
        self.assertFalse(self.person._may_send('news'))

    def test_a_sending_names_a_purpose_that_exists(self):
        with self.assertRaises(ValueError):
            self.person._may_send('newz')

    def test_asking_for_many_takes_a_constant_number_of_queries(self):
        people = self.env['res.partner'].create(
            [{'name': f'P{number}', 'email': f'p{number}@riverton.example'} for number in range(30)]
        )
        people._give_consent('news')
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(6):
            self.assertEqual(len(people._filter_may_send('news')), 30)

    # -- the record --------------------------------------------------------------------------------------------

    def test_a_consent_keeps_the_words_their_version_and_fingerprint(self):
        consent = self.person._give_consent('news')
        self.assertEqual(consent.wording_id.number, 1)
        self.assertIn('news of the network', consent.wording)
        self.assertEqual(len(consent.wording_hash), 64)
        self.env['scn.consent.wording'].create({'purpose_id': self.news.id, 'text': 'Other words'})
        self.person._withdraw_consent('news')
        again = self.person._give_consent('news')
        self.assertEqual((again.wording_id.number, again.wording), (2, 'Other words'))
        self.assertNotEqual(again.wording_hash, consent.wording_hash)

    def test_a_body_with_words_of_its_own_asks_in_them(self):
        self.env['scn.consent.wording'].create(
            {'purpose_id': self.news.id, 'text': 'Words of the other body', 'company_id': self.other_company.id}
        )
        self.assertEqual(self.person._give_consent('news', self.other_company).wording, 'Words of the other body')
        self.assertIn('news of the network', self.person._give_consent('news', self.company).wording)

    def test_words_that_were_agreed_to_never_change(self):
        wording = self.person._give_consent('news').wording_id
        with self.assertRaises(UserError):
            wording.text = 'We sell your address'
        with self.assertRaises(UserError):
            wording.unlink()

    def test_one_consent_is_in_force_whoever_asks_twice(self):
        self.assertTrue(self.person._give_consent('news'))
        self.assertFalse(self.person._give_consent('news'))
        self.assertEqual(len(self.consents()), 1)

    def test_control_the_unique_index_decides_where_the_search_sees_nothing(self):
        """Two at once: neither finds the other's row, the index takes one."""
        self.person._give_consent('news')
        Consent = self.env.registry['scn.consent']
        with patch.object(Consent, 'search', lambda self, *args, **kwargs: self.browse()):
            self.assertFalse(self.person._give_consent('news'))
        with self.assertRaises(UniqueViolation), mute_logger('odoo.sql_db'), self.env.cr.savepoint():
            self.env['scn.consent'].sudo().create(
                {'partner_id': self.person.id, 'purpose_id': self.news.id, 'evidence': 'again'}
            )
            self.env.flush_all()

    def test_nobody_changes_or_deletes_a_consent(self):
        consent = self.person._give_consent('news').with_user(self.manager)
        for act in (lambda: consent.write({'wording': 'x'}), consent.unlink):
            with self.assertRaises(AccessError):
                act()
        with self.assertRaises(AccessError):
            consent.with_user(self.reader).action_withdraw()
        consent.with_user(self.officer).action_withdraw()
        self.assertEqual(consent.withdrawn_source, 'staff')

    def test_staff_say_where_a_consent_can_be_seen(self):
        vals = {'partner_id': self.person.id, 'purpose_id': self.news.id, 'source': 'portal'}
        Consent = self.env['scn.consent'].with_user(self.officer)
        with self.assertRaises(UserError):
            Consent.create(vals)
        consent = Consent.create({**vals, 'evidence': 'Letter of 3 May'})
        self.assertEqual(consent.source, 'staff')
        self.assertIn('news of the network', consent.wording)

    def test_a_second_one_by_hand_gets_a_sentence(self):
        self.person._give_consent('news')
        with self.assertRaises(UserError):
            self.env['scn.consent'].with_user(self.officer).create(
                {'partner_id': self.person.id, 'purpose_id': self.news.id, 'evidence': 'Letter'}
            )

    def test_a_consent_is_not_dated_in_the_future(self):
        with self.assertRaises(ValidationError):
            self.env['scn.consent'].create(
                {'partner_id': self.person.id, 'purpose_id': self.news.id, 'given_at': '2999-01-01 00:00:00'}
            )

    def test_a_newer_yes_ends_a_stop_when_the_person_or_staff_say_so(self):
        self.person.news_stopped_on = '2020-01-01 00:00:00'
        self.person._give_consent('news', source='portal')
        self.assertFalse(self.person.news_stopped_on)
        self.assertTrue(self.person._may_send('news'))

    def test_an_older_yes_that_staff_enter_late_does_not_end_a_stop(self):
        self.person.news_stopped_on = '2020-01-01 00:00:00'
        self.person._give_consent('news', source='staff', given_at=self.env.cr.now().replace(year=2019))
        self.assertFalse(self.person._may_send('news'))

    # -- sign-ups ----------------------------------------------------------------------------------------------

    def test_accepting_a_signup_records_its_consents_with_its_words(self):
        signup = self.receive(wants=['task_force', 'magazine'])
        signup.with_user(self.officer)._accept()
        consents = self.consents(signup.contact_partner_id)
        self.assertEqual(sorted(consents.purpose_id.mapped('code')), ['magazine', 'news'])
        self.assertEqual(set(consents.mapped('wording')), {'Keep me informed'})
        self.assertEqual(str(consents[0].given_at), '2019-05-03 10:00:00')
        self.assertEqual(consents.signup_id, signup)

    def test_a_signup_never_undoes_a_withdrawal(self):
        first = self.receive()
        first.with_user(self.officer)._accept()
        person = first.contact_partner_id
        person._withdraw_consent('news', source='portal')
        second = self.receive('second')
        second.with_user(self.officer)._accept()
        self.assertEqual(second.contact_partner_id, person)
        self.assertFalse(person._may_send('news'))

    def test_a_signup_never_undoes_a_stop(self):
        first = self.receive(wants=['event'])
        first.with_user(self.officer)._accept()
        person = first.contact_partner_id
        person.news_stopped_on = '2020-01-01 00:00:00'
        second = self.receive('second', received_at='2021-01-01T00:00:00Z')
        second.with_user(self.officer)._accept()
        self.assertTrue(person.news_stopped_on)
        self.assertFalse(self.consents(person))

    def test_taking_over_older_signups_twice_changes_nothing(self):
        signup = self.receive()
        signup.with_user(self.officer)._accept()
        self.consents(signup.contact_partner_id).sudo().unlink()
        self.env['scn.signup']._take_over_consents()
        first = self.consents(signup.contact_partner_id)
        self.env['scn.signup']._take_over_consents()
        self.assertEqual((len(first), self.consents(signup.contact_partner_id)), (1, first))

    # -- publication -------------------------------------------------------------------------------------------

    def test_a_publication_has_a_scope_and_the_public_includes_the_network(self):
        self.person._give_consent('recordings', scope='network')
        self.assertTrue(self.person._may_publish('recordings', 'network'))
        self.assertFalse(self.person._may_publish('recordings', 'public'))
        self.person._give_consent('recordings', scope='public')
        self.assertTrue(self.person._may_publish('recordings', 'public'))
        self.assertTrue(self.person._may_publish('recordings', 'network'))
        self.assertEqual(len(self.consents().filtered(lambda consent: not consent.withdrawn_at)), 1)

    def test_a_publication_without_a_scope_is_refused(self):
        with self.assertRaises(ValidationError):
            self.env['scn.consent'].create(
                {
                    'partner_id': self.riverton.id,
                    'purpose_id': self.env.ref('scn_partner.scn_consent_purpose_showcase').id,
                    'evidence': 'Letter',
                }
            )

    # -- merging -----------------------------------------------------------------------------------------------

    def merge(self, source, target):
        wizard = self.env['base.partner.merge.automatic.wizard'].create({})
        wizard._merge((source | target).ids, target, extra_checks=False)

    def test_merged_people_keep_one_consent(self):
        twin = self.person.copy({'parent_id': self.riverton.id})
        with freeze_time('2020-01-01'):
            twin._give_consent('news')
        self.person._give_consent('news')
        self.merge(twin, self.person)
        self.assertEqual(len(self.consents()), 2)
        self.assertTrue(self.person._may_send('news'))

    def test_merging_never_undoes_a_withdrawal(self):
        twin = self.person.copy({'parent_id': self.riverton.id})
        with freeze_time('2020-01-01'):
            twin._give_consent('news')
        with freeze_time('2020-02-01'):
            self.person._give_consent('news')
            self.person._withdraw_consent('news')
        self.merge(twin, self.person)
        self.assertFalse(self.person._may_send('news'))

import json

from odoo.tests import HttpCase, new_test_user, tagged

from .common import SharingCitiesCase


@tagged('post_install', '-at_install')
class TestPrivacyPage(HttpCase, SharingCitiesCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = new_test_user(
            cls.env, 'zoe', groups='base.group_portal', name='Zoë Quill', email='zoe@riverton.example'
        )
        cls.person = cls.user.partner_id
        cls.person.parent_id = cls.riverton
        cls.other = cls.env['res.partner'].create(
            {'name': 'Bo Hill', 'email': 'bo@riverton.example', 'parent_id': cls.riverton.id}
        )
        cls.other._give_consent('news', source='portal')
        cls.key = f'news-{cls.env.company.id}'
        cls.recordings = f'recordings-{cls.env.company.id}'

    def setUp(self):
        super().setUp()
        self.authenticate('zoe', 'zoe')

    def post(self, path='/my/privacy', **data):
        page = self.url_open('/my/privacy').text
        csrf = page.split('name="csrf_token" value="')[1].split('"')[0]
        answer = self.url_open(path, data={'csrf_token': csrf, **data})
        self.env.invalidate_all()
        return answer

    def test_a_person_chooses_and_takes_it_back(self):
        self.assertIn('Your choices are saved', self.post(**{self.key: 'yes', self.recordings: 'network'}).text)
        self.assertTrue(self.person._may_send('news'))
        self.assertTrue(self.person._may_publish('recordings', 'network'))
        self.assertFalse(self.person._may_publish('recordings', 'public'))
        consents = self.env['scn.consent'].search([('partner_id', '=', self.person.id)])
        self.assertEqual(set(consents.mapped('source')), {'portal'})
        self.assertTrue(all(consents.mapped('wording_hash')))
        self.post(**{self.recordings: 'public'})
        self.assertFalse(self.person._may_send('news'))
        self.assertTrue(self.person._may_publish('recordings', 'public'))

    def test_saving_again_changes_nothing(self):
        self.post(**{self.key: 'yes'})
        first = self.env['scn.consent'].search([('partner_id', '=', self.person.id)])
        self.post(**{self.key: 'yes'})
        self.assertEqual(self.env['scn.consent'].search([('partner_id', '=', self.person.id)]), first)

    def test_a_get_never_chooses(self):
        self.url_open(f'/my/privacy?{self.key}=yes')
        self.assertFalse(self.person._may_send('news'))

    def test_nobody_chooses_for_somebody_else(self):
        self.post(partner_id=self.other.id, **{self.recordings: 'no'})
        self.env.invalidate_all()
        self.assertTrue(self.other._may_send('news'))

    def test_a_made_up_scope_is_a_no(self):
        self.post(**{self.recordings: 'everybody'})
        self.assertFalse(self.person._may_publish('recordings', 'network'))

    def test_a_person_downloads_their_own_data_and_no_other(self):
        self.post(**{self.key: 'yes'})
        answer = self.url_open('/my/privacy/data.json')
        self.assertEqual(answer.headers['Cache-Control'], 'private, no-store')
        models = {section['model'] for section in json.loads(answer.text)['sections']}
        self.assertLessEqual({'res.partner', 'res.users', 'scn.consent'}, models)
        page = self.url_open('/my/privacy/data.html').text
        for text in (answer.text, page):
            self.assertIn('Zoë Quill', text)
            self.assertNotIn('Bo Hill', text)
        self.assertEqual(self.url_open('/my/privacy/data.xml').status_code, 404)

    def test_taking_somebodys_name_and_address_on_gives_nothing_of_theirs(self):
        """A person edits their own name and address in the portal: the download goes by the contact alone."""
        self.person.write({'name': 'Bo Hill', 'email': 'bo@riverton.example'})
        self.env.flush_all()
        sections = json.loads(self.url_open('/my/privacy/data.json').text)['sections']
        self.assertNotIn('scn.consent', {section['model'] for section in sections})

    def test_asking_to_be_erased_opens_one_task_and_erases_nothing(self):
        self.assertEqual(self.url_open('/my/privacy/erase').status_code, 200)
        self.assertFalse(self.person._get_erasure_request())
        self.assertIn('We have your request', self.post('/my/privacy/erase').text)
        self.post('/my/privacy/erase')
        self.assertEqual(len(self.person._get_erasure_request()), 1)
        self.assertEqual(self.person.name, 'Zoë Quill')

    def test_a_visitor_has_to_sign_in(self):
        self.authenticate(None, None)
        for path in ('/my/privacy', '/my/privacy/data.json', '/my/privacy/erase'):
            self.assertIn('/web/login', self.url_open(path, allow_redirects=False).headers.get('Location', ''), path)

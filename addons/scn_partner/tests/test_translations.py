import re

import polib
from freezegun import freeze_time

from odoo.tests import Form, tagged
from odoo.tools import file_path

from .common import SharingCitiesCase

#: The places whose terms a sender or a city reads: mails, the stop page, the portal, tiers, benefits, periods, roles.
READ_BY_CITIES = re.compile(
    r'model:mail\.template,(?:subject|body_html):.+'
    r'|model_terms:ir\.ui\.view,arch_db:scn_partner\.stop_page'
    r'|model_terms:ir\.ui\.view,arch_db:scn_partner\.portal_(?:city|my_home_city|breadcrumbs_city|no_city|no_pdf)'
    r'|model:res\.partner\.grade,(?:name|description):.+'
    r'|model:scn\.benefit,name:.+'
    r'|model_terms:scn\.benefit,how_to_text:.+'
    r'|model:ir\.model\.fields\.selection,name:scn_partner\.selection__scn_grade_benefit__per__.+'
    r'|model:ir\.model\.fields\.selection,name:scn_partner\.selection__scn_contact_role__role__.+',
)
PLACE = re.compile(r'model(?:_terms)?:(?P<model>[\w.]+),(?P<field>\w+):(?P<xml_id>.+)')
#: What a text may not lose: field names in expressions, and places to be filled in.
KEPT = re.compile(r'\bobject\.[\w.]+|%\(\w+\)s|\bt-[\w-]+=|href')
#: Language of Odoo, its file, and words that only this language's mail has.
LANGUAGES = {
    'nl_NL': ('nl', 'Wij hebben uw aanmelding', 'Geachte Ana Example', 'namens Riverton'),
    'es_ES': ('es', 'Hemos recibido su inscripción', 'Estimado/a Ana Example', 'en nombre de Riverton'),
    'ca_ES': ('ca', 'Hem rebut la seva inscripció', 'Bon dia, Ana Example', 'administració (Riverton)'),
    'fr_FR': ('fr', 'Nous avons bien reçu votre inscription', 'Bonjour Ana Example', 'collectivité (Riverton)'),
    'de_DE': ('de', 'Wir haben Ihre Anmeldung', 'Guten Tag Ana Example', 'im Namen von Riverton'),
    'pt_PT': ('pt', 'Recebemos a sua inscrição', 'Exmo.(a) Senhor(a) Ana Example', 'administração (Riverton)'),
}
#: English that is left over when a text was not translated.
ENGLISH = re.compile(r'\b(?:Dear|Thank you|What happens next|Questions|privacy notice|these mails)\b')


def terms(name):
    """The terms of a file in ``i18n`` by their English text, without obsolete ones."""
    catalogue = polib.pofile(file_path(f'scn_partner/i18n/{name}'))
    return {entry.msgid: entry for entry in catalogue if not entry.obsolete}


def places(entry):
    """Where cities read a term, as ``(model, field, xml id)``."""
    found = [PLACE.fullmatch(place) for place, _line in entry.occurrences if READ_BY_CITIES.fullmatch(place)]
    return [match.group('model', 'field', 'xml_id') for match in found]


@tagged('post_install', '-at_install')
class TestTranslations(SharingCitiesCase):
    """What a sender or a city reads, in the six languages of the suite beside English."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.read_by_cities = {source: entry for source, entry in terms('scn_partner.pot').items() if places(entry)}
        for code in LANGUAGES:
            cls.env['res.lang']._activate_lang(code)
        module = cls.env['ir.module.module'].search([('name', '=', 'scn_partner')])
        module._update_translations(list(LANGUAGES), overwrite=True)

    def test_every_kind_of_text_a_city_reads_is_looked_at(self):
        kinds = {(model, field) for entry in self.read_by_cities.values() for model, field, _xml_id in places(entry)}
        self.assertEqual(
            kinds,
            {
                ('mail.template', 'subject'),
                ('mail.template', 'body_html'),
                ('ir.ui.view', 'arch_db'),
                ('res.partner.grade', 'name'),
                ('res.partner.grade', 'description'),
                ('scn.benefit', 'name'),
                ('scn.benefit', 'how_to_text'),
                ('ir.model.fields.selection', 'name'),
            },
        )

    def test_every_text_a_city_reads_is_translated(self):
        for filename, *_words in LANGUAGES.values():
            translated = terms(f'{filename}.po')
            for source in self.read_by_cities:
                with self.subTest(language=filename, source=source):
                    self.assertTrue(source in translated and translated[source].msgstr, "not translated")

    def test_a_translation_keeps_expressions_places_and_white_space(self):
        for filename, *_words in LANGUAGES.values():
            for source, entry in terms(f'{filename}.po').items():
                with self.subTest(language=filename, source=source):
                    self.assertEqual(set(KEPT.findall(entry.msgstr)), set(KEPT.findall(source)))
                    self.assertEqual(entry.msgstr[-1].isspace(), source[-1].isspace())
                    self.assertFalse(entry.fuzzy)

    def test_odoo_shows_the_translations(self):
        for code, (filename, *_words) in LANGUAGES.items():
            translated = terms(f'{filename}.po')
            for source, entry in self.read_by_cities.items():
                for model, field, xml_id in places(entry):
                    with self.subTest(language=code, source=source, xml_id=xml_id):
                        record = self.env.ref(xml_id).with_context(lang=code)
                        self.assertEqual(record._name, model)
                        shown = str(record[field]).replace('&nbsp;', '\xa0')
                        self.assertIn(translated[source].msgstr.strip(), shown)

    def test_a_counted_benefit_reads_as_a_sentence(self):
        line = self.env.ref('scn_partner.grade_benefit_partner_one_on_one')
        self.assertEqual(
            line.with_context(lang='nl_NL').display_name,
            'Persoonlijk gesprek met een expert (1 per kwartaal)',
        )

    @freeze_time('2019-05-10 12:00:00')
    def test_the_mail_is_in_the_senders_language(self):
        for code, (filename, subject, *words) in LANGUAGES.items():
            with self.subTest(language=code):
                signup = self.receive(code, language=filename, email=f'ana.{filename}@riverton.example')
                signup.source_id.write(
                    {
                        'acknowledge': True,
                        'contact_email': 'hello@network.example',
                        'privacy_url': 'https://network.example/p',
                    }
                )
                action = signup.with_user(self.officer).action_open_accept()
                wizard = self.env[action['res_model']].with_user(self.officer).with_context(action['context'])
                form = Form(wizard)
                self.assertIn(subject, form.mail_subject)
                self.assertIn('Riverton', form.mail_subject)
                kept = [
                    'mailto:hello@network.example',
                    'https://network.example/p',
                    '/sharing-cities/stop#',
                    signup.company_id.name,
                ]
                for text in words + kept:
                    self.assertIn(text, form.mail_body)
                self.assertNotRegex(form.mail_body, ENGLISH)

    @freeze_time('2019-05-10 12:00:00')
    def test_a_mail_to_somebody_without_a_name_has_a_whole_greeting(self):
        template = self.env.ref('scn_partner.mail_template_signup_accepted')
        for code, (filename, *_words) in LANGUAGES.items():
            with self.subTest(language=code):
                signup = self.receive(f'nameless-{code}', language=filename, name=None, city=None)
                body = template._render_field('body_html', signup.ids, compute_lang=True)[signup.id]
                greeting = re.search(r'<p>(.*?)</p>', body)[1]
                self.assertRegex(greeting, r'^\w[\w ,./()]*[\w)][,:]$')
                self.assertNotIn('Example', greeting)
                self.assertNotRegex(body, ENGLISH)

import re

from freezegun import freeze_time

from odoo.tests import Form, tagged

from .common import SharingCitiesCase
from .translated_texts import FILES, TranslatedTexts

#: Mails, the stop page, the portal, the renewal packet, tiers, benefits, periods, roles, what is open at a leaving.
READ_BY_CITIES = re.compile(
    r'model:mail\.template,(?:subject|body_html):.+'
    r'|model_terms:ir\.ui\.view,arch_db:scn_partner\.stop_page'
    r'|model_terms:ir\.ui\.view,arch_db:scn_partner\.portal_\w+'
    r'|model_terms:ir\.ui\.view,arch_db:scn_partner\.report_renewal_packet\w*'
    r'|model:ir\.actions\.report,name:.+'
    r'|model:res\.partner\.grade,(?:name|description):.+'
    r'|model:scn\.benefit,name:.+'
    r'|model_terms:scn\.benefit,how_to_text:.+'
    r'|model:scn\.consent\.purpose,(?:name|description):.+'
    r'|model:scn\.consent\.wording,text:.+'
    r'|model:ir\.model\.fields\.selection,name:scn_partner\.selection__scn_consent__scope__.+'
    r'|code:addons/scn_partner/models/scn_personal_data_export\.py'
    r'|model:ir\.model\.fields\.selection,name:scn_partner\.selection__scn_grade_benefit__per__.+'
    r'|model:ir\.model\.fields\.selection,name:scn_partner\.selection__scn_contact_role__role__.+'
    r'|code:addons/scn_partner/(?:controllers/\w+|models/(?:scn_entitlement|scn_partnership_leaving_items))\.py'
    r'|code:addons/scn_partner/models/(?:scn_contact_role_rights|res_partner_people|res_partner_portal)\.py',
)
#: Words that only this language's mail has.
WORDS = {
    'nl_NL': ('Wij hebben uw aanmelding', 'Geachte Ana Example', 'namens Riverton'),
    'es_ES': ('Hemos recibido su inscripción', 'Estimado/a Ana Example', 'en nombre de Riverton'),
    'ca_ES': ('Hem rebut la seva inscripció', 'Bon dia, Ana Example', 'administració (Riverton)'),
    'fr_FR': ('Nous avons bien reçu votre inscription', 'Bonjour Ana Example', 'collectivité (Riverton)'),
    'de_DE': ('Wir haben Ihre Anmeldung', 'Guten Tag Ana Example', 'im Namen von Riverton'),
    'pt_PT': ('Recebemos a sua inscrição', 'Exmo.(a) Senhor(a) Ana Example', 'administração (Riverton)'),
}
#: English that is left over when a text was not translated.
ENGLISH = re.compile(r'\b(?:Dear|Thank you|What happens next|Questions|privacy notice|these mails)\b')


@tagged('post_install', '-at_install')
class TestTranslations(TranslatedTexts, SharingCitiesCase):
    """What a sender or a city reads, in the six languages of the suite beside English."""

    allow_inherited_tests_method = True
    addon = 'scn_partner'
    read_by_cities = READ_BY_CITIES
    staff_templates = frozenset({'scn_partner.leaving_summary'})
    kinds = (
        ('code', 'py'),
        ('mail.template', 'subject'),
        ('mail.template', 'body_html'),
        ('ir.ui.view', 'arch_db'),
        ('ir.actions.report', 'name'),
        ('res.partner.grade', 'name'),
        ('res.partner.grade', 'description'),
        ('scn.consent.purpose', 'name'),
        ('scn.consent.purpose', 'description'),
        ('scn.consent.wording', 'text'),
        ('scn.benefit', 'name'),
        ('scn.benefit', 'how_to_text'),
        ('ir.model.fields.selection', 'name'),
    )

    def test_a_counted_benefit_reads_as_a_sentence(self):
        line = self.env.ref('scn_partner.grade_benefit_partner_one_on_one')
        self.assertEqual(
            line.with_context(lang='nl_NL').display_name,
            'Persoonlijk gesprek met een expert (1 per kwartaal)',
        )

    @freeze_time('2019-05-10 12:00:00')
    def test_the_mail_is_in_the_senders_language(self):
        for code, (subject, *words) in WORDS.items():
            with self.subTest(language=code):
                signup = self.receive(code, language=FILES[code], email=f'ana.{FILES[code]}@riverton.example')
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
        for code, filename in FILES.items():
            with self.subTest(language=code):
                signup = self.receive(f'nameless-{code}', language=filename, name=None, city=None)
                body = template._render_field('body_html', signup.ids, compute_lang=True)[signup.id]
                greeting = re.search(r'<p>(.*?)</p>', body)[1]
                self.assertRegex(greeting, r'^\w[\w ,./()]*[\w)][,:]$')
                self.assertNotIn('Example', greeting)
                self.assertNotRegex(body, ENGLISH)

import re

from odoo.tests import tagged

from odoo.addons.scn_partner.tests.common import SharingCitiesCase
from odoo.addons.scn_partner.tests.translated_texts import TranslatedTexts

#: Mails, the pages of a link, the portal, the register, the certificate, where a city stands, what is refused.
READ_BY_CITIES = re.compile(
    r'model:mail\.template,(?:subject|body_html):.+'
    r'|model_terms:ir\.ui\.view,arch_db:scn_declaration\.(?:act|certificate|portal|register)_\w+'
    r'|model:ir\.actions\.report,name:.+'
    r'|model:scn\.declaration\.stage,name:.+'
    r'|model:website\.menu,name:.+'
    r'|code:addons/scn_declaration/(?:controllers/\w+'
    r'|models/res_partner_declaration'
    r'|models/scn_declaration_(?:certificate|link_forward|signature_city_act))\.py',
)


@tagged('post_install', '-at_install')
class TestTranslations(TranslatedTexts, SharingCitiesCase):
    """What a city or the public reads about the Declaration, in the six languages beside English."""

    allow_inherited_tests_method = True
    addon = 'scn_declaration'
    read_by_cities = READ_BY_CITIES
    kinds = (
        ('code', 'py'),
        ('mail.template', 'subject'),
        ('mail.template', 'body_html'),
        ('ir.ui.view', 'arch_db'),
        ('ir.actions.report', 'name'),
        ('scn.declaration.stage', 'name'),
        ('website.menu', 'name'),
    )

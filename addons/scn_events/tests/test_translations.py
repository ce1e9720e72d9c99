import re

from odoo.tests import tagged

from odoo.addons.scn_partner.tests.common import SharingCitiesCase
from odoo.addons.scn_partner.tests.translated_texts import TranslatedTexts

#: Mails, the portal, the pages of an event, kinds of events, working lines, roles, what the gate says.
READ_BY_CITIES = re.compile(
    r'model:mail\.template,(?:subject|body_html):.+'
    r'|model_terms:ir\.ui\.view,arch_db:scn_events\.(?:portal|registration|modal|programme|recording|event_description)_\w+'
    r'|model_terms:ir\.ui\.view,arch_db:scn_events\.(?:visit|report_visit|session_act)_\w+'
    r'|model:ir\.actions\.report,name:scn_events\.action_report_visit_programme'
    r'|model:scn\.appointment\.format,(?:name|description|audience|preparation_city|preparation_foundation):.+'
    r'|model_terms:ir\.ui\.view,arch_db:scn_events\.(?:call|proposal|event_calls)_\w+'
    r'|model:event\.type,name:.+'
    r'|model:scn\.working\.line,(?:name|description):.+'
    r'|model:ir\.model\.fields\.selection,name:scn_events\.selection__scn_event_recording__kind__.+'
    r'|model:ir\.model\.fields\.selection,name:scn_events\.selection__scn_appointment__(?:kind|state)__.+'
    r'|model:ir\.model\.fields\.selection,name:scn_events\.selection__(?:scn_call__type|event_track__scn_state)__.+'
    r'|code:addons/scn_events/(?:controllers/\w+'
    r'|models/(?:event_event_gate|event_event_seats|event_registration_delegation|res_partner_city_page)'
    r'|models/(?:scn_appointment_(?:action|block|city|comment|host|moves|plan|planning|programme|session)|res_partner_(?:visits|sessions))'
    r'|models/(?:scn_appointment|scn_partnership)'
    r'|models/(?:event_event_programme_words|scn_event_recording_access|scn_calendar_feed)'
    r'|models/(?:scn_call_(?:form|gate)|event_track_(?:proposal|decision)|res_partner_proposals)'
    r'|models/(?:event_registration_gate|scn_event_waiting))\.py',
)


@tagged('post_install', '-at_install')
class TestTranslations(TranslatedTexts, SharingCitiesCase):
    """What a city or a participant reads about events, in the six languages beside English."""

    allow_inherited_tests_method = True
    addon = 'scn_events'
    read_by_cities = READ_BY_CITIES
    staff_templates = frozenset({'scn_events.appointment_pre_read'})
    kinds = (
        ('code', 'py'),
        ('mail.template', 'subject'),
        ('mail.template', 'body_html'),
        ('ir.ui.view', 'arch_db'),
        ('event.type', 'name'),
        ('ir.actions.report', 'name'),
        ('scn.appointment.format', 'name'),
        ('scn.appointment.format', 'description'),
        ('scn.appointment.format', 'audience'),
        ('scn.appointment.format', 'preparation_city'),
        ('scn.appointment.format', 'preparation_foundation'),
        ('scn.working.line', 'name'),
        ('scn.working.line', 'description'),
        ('ir.model.fields.selection', 'name'),
    )

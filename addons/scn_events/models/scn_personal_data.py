from odoo import api, fields, models
from odoo.tools.translate import LazyTranslate

from odoo.addons.scn_partner.matching_keys import email_key, person_name_key
from odoo.addons.scn_partner.personal_data import ERASED, PersonalData

_lt = LazyTranslate(__name__)

STAFF = _lt("Foundation staff")
STAFF_AND_CITY = _lt("Foundation staff, the city's people in the portal")
#: Three persons may stand on a proposal: who speaks, whom to write to, who proposed it.
SPEAKER_FIELDS = ('partner_name', 'partner_email', 'partner_phone', 'partner_biography', 'partner_function',
                  'partner_company_name', 'image', 'website_image')  # fmt: skip
CONTACT_FIELDS = ('contact_email', 'contact_phone')
PROPOSER_FIELDS = ('scn_proposer_name', 'scn_proposer_email', 'scn_organisation', 'scn_lang')
EVENT_DAYS = _lt("The days of the retention rule after the event; the seat stays as a number")


class ScnPersonalData(models.AbstractModel):
    """What events, proposals and appointments keep of a person."""

    _inherit = 'scn.personal.data'

    @api.model
    def _get_declarations(self):
        return [*self._get_event_declarations(), *self._get_appointment_declarations(), *super()._get_declarations()]

    @api.model
    def _get_event_declarations(self):
        return [
            PersonalData(
                model='event.registration',
                fields=('name', 'email', 'phone', 'company_name', 'barcode', 'registration_properties',
                        'scn_hold_reason'),
                contact=('partner_id',),
                email=('email',),
                name=('name',),
                not_personal=('scn_city_id', 'scn_admission', 'scn_override_user_id'),
                free_text=('scn_override_reason',),
                erasure='special',
                why=_lt("To let a person into an event, and to write to them about it"),
                kept=EVENT_DAYS,
                seen_by=STAFF_AND_CITY,
            ),
            PersonalData(
                model='event.registration.answer',
                fields=('value_text_box',),
                contact=('partner_id',),
                erasure='special',
                why=_lt("Answers to the questions of an event"),
                kept=EVENT_DAYS,
                seen_by=STAFF,
            ),
            PersonalData(
                model='scn.event.waiting',
                fields=('name', 'email', 'phone'),
                contact=('partner_id',),
                email=('email',),
                name=('name',),
                not_personal=('city_id',),
                why=_lt("To offer a seat that becomes free"),
                kept=_lt("The days of the retention rule after the event"),
                seen_by=STAFF_AND_CITY,
            ),
            PersonalData(
                model='scn.proposal.key',
                fields=('key',),
                why=_lt("To notice a proposal that was sent twice"),
                kept=_lt("As long as the proposal"),
                seen_by=_lt("Administrators of the database"),
                staff_only=True,
            ),
            PersonalData(
                model='event.track',
                fields=(*SPEAKER_FIELDS, *CONTACT_FIELDS, *PROPOSER_FIELDS),
                contact=('partner_id', 'scn_proposer_id', 'scn_speaker_ids'),
                email=('partner_email', 'contact_email', 'scn_proposer_email'),
                name=('partner_name', 'scn_proposer_name'),
                not_personal=('scn_city_id', 'scn_decided_by_id', 'scn_override_user_id'),
                free_text=('scn_host_place', 'scn_host_when', 'scn_override_reason'),
                erasure='special',
                why=_lt("Proposals and talks, and who gives them"),
                kept=_lt("As long as the programme of the event, or until erased: title and text stay"),
                seen_by=_lt("Foundation staff; the public for what is on the programme"),
            ),
            PersonalData(
                model='scn.topic.credit',
                fields=('name', 'email', 'organisation', 'lang', 'note', 'wording'),
                contact=('partner_id',),
                email=('email',),
                name=('name',),
                not_personal=('city_id',),
                erasure='blank',
                why=_lt("Who wished for a topic, to tell them what it became"),
                kept=_lt("As long as the topic, or until erased: that a city wished for it stays"),
                seen_by=STAFF,
            ),
            PersonalData(
                model='scn.event.recording',
                fields=(),
                contact=('shown_ids',),
                not_personal=('url', 'file', 'filename'),
                free_text=('name',),
                erasure='special',
                why=_lt("Who is seen or heard in a recording, and agreed to it"),
                kept=_lt("As long as the recording; it leaves the pages when somebody it shows is erased, until it is cut"),
                seen_by=_lt("Foundation staff; of the recording those who may watch it"),
            ),
            PersonalData(
                model='scn.event.recording.notice',
                fields=(),
                contact=('partner_id',),
                why=_lt("Who was told of a recording"),
                kept=_lt("As long as the recording"),
                seen_by=STAFF,
            ),
            PersonalData(
                model='scn.calendar.feed',
                fields=('secret_hash',),
                contact=('partner_id',),
                why=_lt("The address of a person's own calendar"),
                kept=_lt("As long as the contact"),
                seen_by=_lt("The person"),
                staff_only=True,
            ),
            PersonalData(
                model='event.track.visitor',
                fields=(),
                contact=('partner_id',),
                why=_lt("Talks that a visitor marked"),
                kept=_lt("As long as the event"),
                seen_by=STAFF,
            ),
        ]  # fmt: skip

    @api.model
    def _get_appointment_declarations(self):
        return [
            PersonalData(
                model='scn.appointment',
                fields=(),
                contact=('contact_ids', 'requester_id', 'conversation_contact_ids'),
                not_personal=('city_id', 'user_id', 'host_user_ids', 'video_link', 'debriefed_by_id', 'told'),
                free_text=(
                    'topic',
                    'place',
                    'note_internal',
                    'note_shared',
                    'cancel_reason',
                    'conversation_place',
                    'minutes_internal',
                    'minutes_shared',
                    'plan_comment',
                ),
                erasure='blank',
                why=_lt("Who takes part in a visit or a session, and who asked for it"),
                kept=_lt("As long as the appointment, or until erased: that it took place stays"),
                seen_by=STAFF_AND_CITY,
            ),
            PersonalData(
                model='scn.session.link',
                fields=(),
                contact=('partner_id',),
                not_personal=('code_hash',),
                why=_lt("Links by which one person of a city answers the proposal of a session"),
                kept=_lt("Until the session has passed"),
                seen_by=_lt("Administrators of the database"),
                staff_only=True,
            ),
            PersonalData(
                model='scn.appointment.block',
                fields=(),
                contact=('city_contact_ids',),
                not_personal=('host_user_ids', 'online_link'),
                free_text=('name', 'audience', 'preparation_city', 'preparation_foundation', 'place'),
                erasure='blank',
                why=_lt("Who of the city takes part in which part of a visit"),
                kept=_lt("As long as the visit, or until erased"),
                seen_by=STAFF_AND_CITY,
            ),
            PersonalData(
                model='scn.appointment.action',
                fields=(),
                contact=('person_id', 'done_by_id'),
                not_personal=('city_id', 'user_id'),
                free_text=('text',),
                erasure='blank',
                why=_lt("Who does what after a visit"),
                kept=_lt("As long as the visit, or until erased"),
                seen_by=STAFF_AND_CITY,
            ),
            PersonalData(
                model='scn.appointment.comment',
                fields=('text',),
                contact=('author_id',),
                why=_lt("What people say about the programme of a visit"),
                kept=_lt("As long as the visit, or until erased"),
                seen_by=STAFF_AND_CITY,
            ),
            PersonalData(
                model='scn.appointment.plan',
                fields=(),
                contact=('sent_by_id', 'city_confirmed_by_id', 'foundation_confirmed_by_id'),
                not_personal=('content_hash',),
                free_text=('snapshot', 'comment'),
                erasure='blank',
                why=_lt("Who sent and who confirmed a version of a visit's programme"),
                kept=_lt("As long as the visit, or until erased: that the city confirmed stays"),
                seen_by=STAFF_AND_CITY,
            ),
        ]

    @api.model
    def _get_not_personal(self):
        return {
            **super()._get_not_personal(),
            'event.event': ('scn_host_city_ids', 'scn_join_url', 'scn_known', 'scn_survey_url'),
            'res.company': (*super()._get_not_personal().get('res.company', ()), 'scn_session_host_ids'),
            'scn.appointment.due': ('partner_id', 'user_id'),
            'scn.appointment.format': (
                'name',
                'description',
                'audience',
                'preparation_city',
                'preparation_foundation',
            ),
            'scn.call': ('name', 'introduction', 'thanks', 'user_id'),
            'scn.call.question': ('name', 'help_text'),
            'scn.proposal.answer': ('question',),
            'scn.proposal.link': ('code_hash',),
            'scn.proposal.review': ('user_id',),
            'scn.topic': ('user_id', 'became_url'),
            'scn.trip': ('user_ids',),
            'scn.trip.stop': ('city_id',),
            'scn.appointment.host': ('user_id',),
            'scn.event.invitation': ('city_id', 'user_id'),
            'scn.event.programme.version': ('user_id',),
            'scn.event.outcome': ('name', 'owner_id', 'url'),
            'scn.working.line': ('name', 'description'),
        }

    @api.model
    def _get_free_texts(self):
        return {
            **super()._get_free_texts(),
            'scn.event.invitation': ('reason',),
            'scn.event.programme.version': ('sessions', 'changes', 'note'),
            'scn.proposal.answer': ('answer',),
            'scn.proposal.review': ('comment',),
            'scn.topic': ('name', 'description', 'became_text'),
            'scn.trip': ('name', 'note'),
            'scn.trip.cost': ('name',),
        }


class EventRegistration(models.Model):
    _inherit = 'event.registration'

    def _erase_person(self, person, declared):
        """The seat stays as a number, without the person; one at an event to come is given back."""
        registrations = self.env['scn.personal.data']._find_records(declared, person).with_env(self.env)
        registrations._erase_attendee()
        to_come = registrations.filtered(
            lambda registration: (
                registration.state in ('draft', 'open') and registration.event_id.date_end > fields.Datetime.now()
            )
        )
        to_come.write({'state': 'cancel'})
        return len(registrations), self.browse()

    def _erase_attendee(self):
        """Empty what names the person; the answers to an event's questions go."""
        self.registration_answer_ids.unlink()
        for registration in self:
            values = {'name': ERASED, 'email': False, 'phone': False, 'company_name': False, 'partner_id': False,
                      'scn_hold_reason': False, 'registration_properties': False}  # fmt: skip
            registration.write({name: value for name, value in values.items() if registration[name] != value})
        self.message_ids.unlink()


class EventRegistrationAnswer(models.Model):
    _inherit = 'event.registration.answer'

    @api.model
    def _find_of_person(self, declared, person):
        data = self.env['scn.personal.data']
        registrations = data._find_records(data._get_declared('event.registration'), person)
        return registrations.registration_answer_ids

    def _erase_person(self, person, declared):
        """Gone with the registration."""
        return 0, self.browse()


class ScnProposalKey(models.Model):
    _inherit = 'scn.proposal.key'

    @api.model
    def _find_of_person(self, declared, person):
        """The fingerprints of what the person sent: they go before what leads to them."""
        data = self.env['scn.personal.data']
        proposals = data._find_records(data._get_declared('event.track'), person)
        wishes = data._find_records(data._get_declared('scn.topic.credit'), person)
        return self.search(['|', ('track_id', 'in', proposals.ids), ('credit_id', 'in', wishes.ids)])


class EventTrack(models.Model):
    _inherit = 'event.track'

    def _erase_person(self, person, declared):
        """Take the person out as speaker, as contact and as who proposed it; the others on the proposal stay."""
        tracks = self.env['scn.personal.data']._find_records(declared, person).with_env(self.env)
        for track in tracks:
            values = {}
            if track.partner_id in person.partners or self._is_of(person, track.partner_email, track.partner_name):
                values.update(dict.fromkeys((*SPEAKER_FIELDS, 'partner_id'), False))
            if 'partner_id' in values or self._is_of(person, track.contact_email, track.partner_name):
                values.update(dict.fromkeys(CONTACT_FIELDS, False))
            if track.scn_proposer_id in person.partners or self._is_of(
                person, track.scn_proposer_email, track.scn_proposer_name
            ):
                values.update(dict.fromkeys((*PROPOSER_FIELDS, 'scn_proposer_id'), False))
            track.write(
                {
                    **{name: value for name, value in values.items() if track._fields[name].store},
                    'scn_speaker_ids': [fields.Command.unlink(contact.id) for contact in person.partners],
                }
            )
        return len(tracks), self.browse()

    @api.model
    def _is_of(self, person, email, name):
        key = email_key(email or '')
        if key not in person.emails:
            return False
        return key not in person.shared_emails or person_name_key(name) in map(person_name_key, person.names)


class ScnEventRecording(models.Model):
    _inherit = 'scn.event.recording'

    def _erase_person(self, person, declared):
        """A recording that shows the person leaves the pages first: without their name it would look agreed to."""
        recordings = self.env['scn.personal.data']._find_records(declared, person).with_env(self.env)
        recordings.write({'is_published': False})
        recordings.write({'shown_ids': [fields.Command.unlink(contact.id) for contact in person.partners]})
        for recording in recordings:
            recording.message_post(
                body=self.env._("Somebody it shows was erased: cut them out before it is published again."),
                message_type='notification',
                subtype_xmlid='mail.mt_note',
            )
        return len(recordings), self.browse()

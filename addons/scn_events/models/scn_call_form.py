from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize, plaintext2html

from odoo.addons.scn_partner.free_text import TooLongError, one_line, several_lines

from ..exceptions import GateRefused

TITLE_LENGTH, NAME_LENGTH, LINE_LENGTH, TEXT_LENGTH = 150, 100, 300, 4000
#: Hidden from people and filled in by programs that fill in everything.
HONEYPOT = 'scn_homepage'


class ScnCall(models.Model):
    """What a form sends becomes a proposal or a wish. Every value is read, cleaned and limited here."""

    _inherit = 'scn.call'

    def _propose(self, form):
        """Take in what was sent to this call. The same words of the same person twice are one proposal.

        :param dict form: ``title``, ``description``, ``name``, ``email``, ``organisation``, ``speaker``,
            ``function``, ``place``, ``when`` and ``question_<id>``, all of them text
        :return: ``event.track`` or ``scn.topic.credit`` with the rights of the superuser; an empty track for what a
            program sent
        :raises GateRefused: where this call takes nothing from this person
        :raises UserError: one clear sentence about the form
        """
        self.ensure_one()
        call = self.sudo()
        user = self.env.user
        person = self.env['res.partner'] if user._is_public() else user.partner_id
        refusal = call._find_refusal(person._get_own_city() if person else person, person)
        if refusal:
            raise GateRefused(refusal)
        if form.get(HONEYPOT):
            return self.env['event.track'].sudo()
        values = call._read_form(form, person.sudo())
        key, is_new = self.env['scn.proposal.key'].sudo()._claim(call._get_key(values, person))
        if not is_new:
            return key.track_id or key.credit_id
        refusal = call._find_number_refusal(values['email'])
        if refusal:
            raise GateRefused(refusal)
        if call.type == 'topic':
            key.credit_id = call._wish(values)
            return key.credit_id
        key.track_id = call._create_proposal(values)
        key.track_id._send_news('received')
        return key.track_id

    def _get_key(self, values, person):
        """Fingerprint of what was sent: call, person and words."""
        words = (values['title'], values['description'], values['email'], *values['answers'].values())
        return self.env['scn.proposal.key']._fingerprint(self.id, person.id, *words)

    # -- reading -----------------------------------------------------------------------------------------------

    def _read_form(self, form, person):
        """
        :param person: signed-in contact, empty for the public
        :return: dict of clean text; ``answers`` maps questions to text
        :raises UserError: what is missing, too long or no address
        """
        values = {
            'title': self._read(form, 'title', self.env._("Title"), TITLE_LENGTH, required=True),
            'description': self._read(
                form, 'description', self.env._("Description"), TEXT_LENGTH, lines=True, required=self.type != 'topic'
            ),
            'speaker': self._read(form, 'speaker', self.env._("Speaker"), NAME_LENGTH),
            'function': self._read(form, 'function', self.env._("Function"), NAME_LENGTH),
            'organisation': self._read(form, 'organisation', self.env._("Organisation"), TITLE_LENGTH),
            'place': self._read(form, 'place', self.env._("Where"), LINE_LENGTH, required=self.type == 'host'),
            'when': self._read(form, 'when', self.env._("When it suits"), LINE_LENGTH, required=self.type == 'host'),
            'answers': {
                question: self._read(
                    form,
                    f'question_{question.id}',
                    question.name,
                    TEXT_LENGTH if question.kind == 'text' else LINE_LENGTH,
                    lines=question.kind == 'text',
                    required=question.is_required,
                )
                for question in self.question_ids
            },
        }
        if person:
            return {**values, 'name': person.name, 'email': person.email_normalized or '', 'organisation': ''}
        values['name'] = self._read(form, 'name', self.env._("Your name"), NAME_LENGTH, required=True)
        values['email'] = email_normalize(self._read(form, 'email', self.env._("E-mail"), 254, required=True))
        if not values['email']:
            raise UserError(self.env._("Fill in one e-mail address, for example ana@city.example."))
        return values

    def _read(self, form, name, label, limit, lines=False, required=False):
        """One value of a form as clean text.

        :raises UserError: where it is missing or too long
        """
        try:
            text = (several_lines if lines else one_line)(form.get(name), limit)
        except TooLongError as error:
            raise UserError(
                self.env._("“%(field)s” is too long: at most %(limit)s characters.", field=label, limit=limit)
            ) from error
        if required and not text:
            raise UserError(self.env._("Please fill in “%(field)s”.", field=label))
        return text

    # -- keeping -----------------------------------------------------------------------------------------------

    def _prepare_proposal_values(self, values):
        """Values of the proposal; city and contact are set by ``event.track`` from who is signed in."""
        values = {name: value or False for name, value in values.items()}
        return {
            'scn_call_id': self.id,
            'event_id': self.event_id.id,
            'name': values['title'],
            'description': plaintext2html(values['description']),
            'user_id': self.user_id.id,
            'partner_name': values['speaker'] or values['name'],
            'partner_function': values['function'],
            'partner_company_name': values['organisation'],
            'scn_proposer_name': values['name'],
            'scn_proposer_email': values['email'],
            'scn_organisation': values['organisation'],
            'scn_lang': self.env.lang,
            'scn_host_place': values['place'],
            'scn_host_when': values['when'],
            'scn_answer_ids': [
                fields.Command.create({'sequence': number, 'question': question.name, 'answer': answer})
                for number, (question, answer) in enumerate((values['answers'] or {}).items())
                if answer
            ],
        }

    def _create_proposal(self, values):
        proposals = self.env['event.track'].sudo()
        # who follows the event is told by the queue, after the answer has gone
        proposals = proposals.with_context(mail_create_nosubscribe=True, mail_notify_force_send=False)
        return proposals.create(self._prepare_proposal_values(values))

    def _wish(self, values):
        """A topic of its own in the backlog, credited to who proposed it; staff merge what belongs together."""
        topics = self.env['scn.topic'].sudo().with_context(mail_create_nosubscribe=True)
        topic = topics.create(
            {
                'name': values['title'],
                'description': values['description'],
                'company_id': self.company_id.id,
                'user_id': self.user_id.id,
            }
        )
        return (
            self.env['scn.topic.credit']
            .sudo()
            .create(
                {
                    'topic_id': topic.id,
                    'call_id': self.id,
                    'name': values['name'],
                    'email': values['email'],
                    'organisation': values['organisation'] or False,
                    'lang': self.env.lang,
                    'wording': values['title'],
                    'note': "\n".join(
                        f"{question.name}: {answer}" for question, answer in values['answers'].items() if answer
                    ),
                }
            )
        )

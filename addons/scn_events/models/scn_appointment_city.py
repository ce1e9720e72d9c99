import re

from odoo import Command, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.scn_partner.models.scn_contact_role_rights import ASK

from .scn_appointment import PLANNED_STATES

CLOCK = re.compile(r'([01]?\d|2[0-3])[:.]([0-5]\d)')
MAX_TEXT = 128
MAX_LONG_TEXT = 2000
LONGEST_BLOCK = 480
LONGEST_TRANSFER = 240


class ScnAppointment(models.Model):
    """What a city's people do with the programme of their visit in the portal.

    Called with rights of the superuser for a visit of the signed-in person's own city: every value is chosen here, and
    every step asks first whether this person plans visits for that city. Hosts, links and what the foundation prepares
    are not theirs to change.
    """

    _inherit = 'scn.appointment'

    def _check_city_planner(self, person):
        """
        :raises AccessError: for a person whose current role for the city does not include planning
        """
        self.ensure_one()
        if not person._has_city_right(ASK, self.city_id):
            raise AccessError(
                self.env._("Your city's leads or coordinator plan the visit: ask one of them, or write to us.")
            )

    def _city_add_block(self, person, values):
        """Add a block from a format.

        :param dict values: as posted, see ``_prepare_city_block_values``; ``format`` is the number of a format
        :return: the block
        """
        self._check_city_planner(person)
        fmt = self._get_city_format(values.get('format'))
        block_values = self._prepare_city_block_values(values)
        # left empty: as long as the format usually is
        if not str(values.get('minutes') or '').strip():
            block_values.pop('minutes', None)
        last = max(self.block_ids.mapped('sequence'), default=0)
        return self.block_ids.create(
            {'appointment_id': self.id, 'format_id': fmt.id, 'sequence': last + 10, **block_values}
        )

    def _city_change_block(self, person, block, values):
        """Change a block of this visit."""
        self._check_city_planner(person)
        block.write(
            {
                'preparation_city': self._read_text(values, 'preparation_city', MAX_LONG_TEXT),
                **self._prepare_city_block_values(values),
            }
        )

    def _city_move_block(self, person, block, step):
        """Put a block one place earlier (-1) or later (1) in its lane; at an end nothing changes."""
        self._check_city_planner(person)
        ordered = self.block_ids.filtered(lambda other: other.lane == block.lane).sorted(
            lambda other: (other.sequence, other.id)
        )
        places = list(ordered)
        position = places.index(block)
        target = position + step
        if not 0 <= target < len(places):
            return
        places.insert(target, places.pop(position))
        for number, other in enumerate(places):
            if other.sequence != number * 10:
                other.sequence = number * 10

    def _city_remove_block(self, person, block):
        """Take a block out of the programme."""
        self._check_city_planner(person)
        block.unlink()

    def _city_set_conversations(self, person, values):
        """Say with whom of the city conversations are wished for, and plan them where a host is known.

        :return: people for whom there is no room; nobody is placed before a host is named
        """
        self._check_city_planner(person)
        self._check_programme_open()
        self.conversation_contact_ids = self._read_people(values, 'people')
        self.block_ids.filtered(
            lambda block: block.is_filled and not block.city_contact_ids & self.conversation_contact_ids
        ).unlink()
        if not self.conversation_contact_ids or not self.host_user_ids:
            return self.conversation_contact_ids
        return self._fill_conversations()

    def _city_comment(self, person, text):
        """Say something about the programme; the account holder is told."""
        self._check_city_planner(person)
        text = (text or '').strip()[:MAX_LONG_TEXT]
        comment = self.comment_ids.create(
            {'appointment_id': self.id, 'side': 'city', 'author_id': person.id, 'text': text}
        )
        self.with_context(mail_notify_force_send=False).message_post(
            body=self.env._("Comment of the city: %(text)s", text=text),
            author_id=person.id,
            partner_ids=self.user_id.partner_id.ids,
            subtype_xmlid='mail.mt_note',
        )
        return comment

    def _city_send(self, person, comment):
        """Send the programme to the foundation as a new version."""
        self._check_city_planner(person)
        return self._send_programme('city', person, (comment or '')[:MAX_LONG_TEXT])

    def _city_confirm(self, person, number):
        """Confirm the version the person has read."""
        self._check_city_planner(person)
        if not str(number or '').isdigit():
            raise UserError(self.env._("Open the page again: it is not clear which version was shown."))
        self._confirm_programme('city', person, int(number))

    # -- what is posted ------------------------------------------------------------------------------------------------

    def _get_city_format(self, number):
        fmt = self.env['scn.appointment.format'].search(
            [('id', '=', int(number) if str(number or '').isdigit() else 0)]
        )
        if not fmt:
            raise UserError(self.env._("Choose a format."))
        return fmt

    def _prepare_city_block_values(self, values):
        """What a city may say of a block.

        :param dict values: ``title``, ``minutes``, ``transfer``, ``time`` (HH:MM or empty), ``place``, ``audience``,
            ``language`` (code), ``interpreter``, ``people`` (list of numbers)
        :raises UserError: with the one thing that cannot be read
        """
        time = self._read_time(values.get('time'))
        prepared = {
            'name': self._read_text(values, 'title'),
            'minutes': self._read_number(values.get('minutes') or 1, 1, LONGEST_BLOCK),
            'transfer_minutes': self._read_number(values.get('transfer') or 0, 0, LONGEST_TRANSFER),
            'has_fixed_start': time is not None,
            'fixed_start': time or 0.0,
            'place': self._read_text(values, 'place'),
            'is_interpreted': bool(values.get('interpreter')),
            'city_contact_ids': [Command.set(self._read_people(values, 'people').ids)],
        }
        if 'audience' in values:
            prepared['audience'] = self._read_text(values, 'audience')
        if values.get('language'):
            language = self._get_city_languages().filtered(lambda lang: lang.code == values['language'])
            prepared['language_id'] = language.id
        return prepared

    def _get_city_languages(self):
        """Languages to choose from: those of the site, and the one of the visit."""
        languages = self.env['res.lang'].sudo().with_context(active_test=False)
        return languages.search(['|', ('active', '=', True), ('code', '=', self.lang)])

    def _get_city_people(self):
        """People of the city who may be named."""
        self.ensure_one()
        people = self.env['res.partner'].sudo()
        return people.search(
            [('commercial_partner_id', '=', self.city_id.id), ('is_company', '=', False)], order='name, id'
        )

    def _read_people(self, values, name):
        wanted = values.get(name) or []
        wanted = [wanted] if isinstance(wanted, str) else wanted
        numbers = {int(number) for number in wanted if str(number).isdigit()}
        return self._get_city_people().filtered(lambda person: person.id in numbers)

    def _read_text(self, values, name, longest=MAX_TEXT):
        return (values.get(name) or '').strip()[:longest]

    def _read_number(self, value, least, most):
        number = int(value) if str(value).strip().isdigit() and len(str(value)) < 6 else -1
        if not least <= number <= most:
            raise UserError(
                self.env._("Give a whole number of minutes between %(least)s and %(most)s.", least=least, most=most)
            )
        return number

    def _read_time(self, value):
        value = (value or '').strip()
        if not value:
            return None
        found = CLOCK.fullmatch(value)
        if not found:
            raise UserError(self.env._("Write the time as hours and minutes, e.g. 13:30."))
        return int(found[1]) + int(found[2]) / 60

    # -- the page ------------------------------------------------------------------------------------------------------

    def _prepare_visit_page_values(self, person):
        """Everything the portal page of a visit shows.

        :param person: the signed-in contact, who works for the city of this visit
        """
        self.ensure_one()
        plan = self._get_latest_plan()
        is_open = self.state in PLANNED_STATES
        return {
            'visit': self,
            'city': self.city_id,
            'plans': self._is_open_to_plan(person, is_open),
            'is_open': is_open,
            'plan': plan,
            'changes': self._get_changes(plan._get_snapshot()) if plan else [],
            'rows': self._get_timetable_rows(),
            'blocks': self.block_ids.sorted(lambda block: (block.lane != 'plenary', block.sequence, block.id)),
            'findings': self._get_day_findings(),
            'formats': self.env['scn.appointment.format'].search([('active', '=', True)]),
            'people': self._get_city_people(),
            'languages': self._get_city_languages(),
            'comments': self.comment_ids,
        }

    def _is_open_to_plan(self, person, is_open):
        return is_open and person._has_city_right(ASK, self.city_id)

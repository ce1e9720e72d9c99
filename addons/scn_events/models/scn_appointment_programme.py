from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..visit_day_check import CONVERSATIONS, PAUSES, DayRules, FindingCode, check_day, clock, fill_conversations
from ..visit_timetable import lay_out
from .scn_appointment import PLANNED_STATES

MINUTES_OF_DAY = 24 * 60


class ScnAppointment(models.Model):
    """The programme of a visit day: its blocks, what is wrong with the day, and the lane of conversations."""

    _inherit = 'scn.appointment'

    block_ids = fields.One2many('scn.appointment.block', 'appointment_id', string="Programme")
    block_count = fields.Integer(compute='_compute_block_count')
    conversation_contact_ids = fields.Many2many(
        'res.partner',
        'scn_appointment_conversation_rel',
        'appointment_id',
        'contact_id',
        string="Conversations with",
        copy=False,
        domain="[('commercial_partner_id', '=', city_id), ('id', '!=', city_id)]",
        help="People of the city for whom a one-on-one conversation is planned beside the plenary.",
    )
    conversation_place = fields.Char(string="Place of the conversations")
    programme_revision = fields.Integer(
        default=0, readonly=True, copy=False, help="Counts the changes of the programme: two at once meet here."
    )
    timetable = fields.Html(compute='_compute_timetable', sanitize=False)
    findings = fields.Html(compute='_compute_timetable', sanitize=False, string="Check of the day")
    finding_count = fields.Integer(compute='_compute_timetable', string="To look at")

    @api.depends('block_ids')
    def _compute_block_count(self):
        counts = dict(
            self.env['scn.appointment.block']._read_group(
                [('appointment_id', 'in', self.ids)], ['appointment_id'], ['__count']
            )
        )
        for appointment in self:
            appointment.block_count = counts.get(appointment._origin, 0)

    @api.depends('block_ids', 'programme_revision', 'start', 'stop', 'tz', 'lang', 'conversation_contact_ids')
    @api.depends_context('lang')
    def _compute_timetable(self):
        qweb = self.env['ir.qweb']
        for appointment in self:
            if appointment.kind != 'visit_day' or not appointment._origin:
                appointment.timetable = appointment.findings = False
                appointment.finding_count = 0
                continue
            findings = appointment._origin._get_day_findings()
            appointment.finding_count = len(findings)
            values = {'rows': appointment._origin._get_timetable_rows(), 'findings': findings}
            appointment.timetable = qweb._render('scn_events.visit_timetable', values)
            appointment.findings = qweb._render('scn_events.visit_findings', values)

    # -- the programme is open ---------------------------------------------------------------------------------------

    def _check_programme_open(self):
        """
        :raises UserError: for what is no visit, and for one that is over
        """
        for appointment in self:
            if appointment.kind != 'visit_day':
                raise UserError(self.env._("Only a visit day has a programme."))
            if appointment.state not in PLANNED_STATES:
                raise UserError(
                    self.env._("This visit is over or cancelled: its programme stays as it is. Plan a new visit.")
                )

    def _touch_programme(self):
        """Write the visits whose programme changes, in the order of their ids and at once: whoever sends, confirms or
        changes it meanwhile is repeated with a fresh view, before it writes a version of the same number."""
        self._check_programme_open()
        if not self:
            return
        self.env.cr.execute(
            SQL(
                """
                WITH locked AS (SELECT id FROM scn_appointment WHERE id IN %(ids)s ORDER BY id FOR NO KEY UPDATE)
                UPDATE scn_appointment SET programme_revision = COALESCE(programme_revision, 0) + 1
                  FROM locked WHERE scn_appointment.id = locked.id
                """,
                ids=tuple(self.ids),
            ),
            # the loser is repeated: nothing went wrong
            log_exceptions=False,
        )
        self.invalidate_recordset(['programme_revision'])
        self.modified(['programme_revision'])

    # -- the day -----------------------------------------------------------------------------------------------------

    def _get_day_minutes(self):
        """First and last minute of the visit after midnight on the city's clock.

        :return: tuple; without times nine to five
        """
        if not self.start or not self.stop:
            return 9 * 60, 17 * 60
        zoned = self.with_context(tz=self.tz or 'UTC')
        start = fields.Datetime.context_timestamp(zoned, self.start)
        stop = fields.Datetime.context_timestamp(zoned, self.stop)
        days = (stop.date() - start.date()).days
        return start.hour * 60 + start.minute, days * MINUTES_OF_DAY + stop.hour * 60 + stop.minute

    def _get_day_rules(self):
        """What is long, late or short for this visit: the company's settings."""
        self.ensure_one()
        company = self.company_id.sudo()
        start, end = self._get_day_minutes()
        return DayRules(
            day_start=start,
            day_end=end,
            longest_day=company.scn_visit_longest_day,
            lunch_from=round(company.scn_visit_lunch_from * 60),
            lunch_until=round(company.scn_visit_lunch_until * 60),
            lunch_minutes=company.scn_visit_lunch_minutes,
            longest_stretch=company.scn_visit_longest_stretch,
            break_minutes=company.scn_visit_break_minutes,
            language=self.lang or '',
        )

    def _get_day_findings(self):
        """What is wrong with the day, the gravest first.

        :return: list of ``{'code', 'severity', 'sentence'}``
        """
        self.ensure_one()
        blocks = [block._prepare_day_block() for block in self.block_ids]
        findings = check_day(blocks, self._get_day_rules(), self.conversation_contact_ids.ids)
        return [
            {
                'code': finding.code.value,
                'severity': finding.severity,
                'sentence': self._get_finding_sentence(finding),
            }
            for finding in findings
        ]

    def _get_finding_sentence(self, finding):
        """One sentence that says what is wrong and what to do."""
        sentences = {
            FindingCode.EMPTY: self.env._("Nothing is planned yet: add the first block."),
            FindingCode.OUTSIDE_DAY: self.env._(
                "“%(name)s” lies outside the visit, which is from %(start)s to %(end)s."
            ),
            FindingCode.OVERLAP: self.env._(
                "“%(first)s” and “%(second)s” overlap by %(minutes)s minutes: move one of them."
            ),
            FindingCode.TRANSFER_SHORT: self.env._(
                "Between “%(first)s” and “%(second)s” there are %(gap)s minutes; getting there takes %(minutes)s."
            ),
            FindingCode.PERSON_TWICE: self.env._("%(person)s is in “%(first)s” and in “%(second)s” at the same time."),
            FindingCode.HOST_TWICE: self.env._("%(host)s is in “%(first)s” and in “%(second)s” at the same time."),
            FindingCode.SUM_TOO_LONG: self.env._(
                "The blocks and the ways between them take %(minutes)s minutes, the visit has %(available)s."
            ),
            FindingCode.NOBODY_NAMED: self.env._("“%(name)s” is a conversation: name a person of the city and a host."),
            FindingCode.DAY_TOO_LONG: self.env._(
                "From the first block to the last it takes %(minutes)s minutes; more than %(longest)s tire people."
            ),
            FindingCode.TRANSFER_MISSING: self.env._(
                "“%(second)s” is at another place (%(place)s) than “%(first)s”: enter how long it takes to get there."
            ),
            FindingCode.LUNCH_MISSING: self.env._("There is no lunch between %(start)s and %(end)s."),
            FindingCode.LUNCH_SHORT: self.env._("Lunch is shorter than %(minutes)s minutes."),
            FindingCode.LUNCH_OUTSIDE: self.env._("Lunch does not begin between %(start)s and %(end)s."),
            FindingCode.BREAK_MISSING: self.env._(
                "From %(start)s to %(end)s there is no break: plan one at least every %(minutes)s minutes."
            ),
            FindingCode.NO_CONVERSATION: self.env._(
                "A conversation with %(person)s is wished for and not planned yet."
            ),
            FindingCode.LANGUAGE_MISSING: self.env._("“%(name)s” has no language."),
            FindingCode.LANGUAGE_OTHER: self.env._(
                "“%(name)s” is in a language other than the city's (%(language)s): arrange an interpreter."
            ),
            FindingCode.PLACE_MISSING: self.env._("“%(name)s” has no place."),
            FindingCode.LINK_MISSING: self.env._("“%(name)s” is held online and has no link."),
        }
        return sentences[finding.code] % self._name_values(finding.values)

    def _name_values(self, values):
        """Numbers of a finding as people read them: times as a clock, people by name."""
        named = dict(values)
        for key in ('start', 'end'):
            if key in named:
                named[key] = clock(named[key])
        if 'person' in named:
            named['person'] = self.env['res.partner'].sudo().browse(named['person']).name
        if 'host' in named:
            named['host'] = self.env['res.users'].sudo().browse(named['host']).name
        if 'language' in named:
            languages = self.env['res.lang'].sudo().with_context(active_test=False)
            named['language'] = languages.search([('code', '=', named['language'])], limit=1).name
        return named

    # -- reading the day -------------------------------------------------------------------------------------------

    def _prepare_programme_snapshot(self):
        """The programme as a version keeps it.

        :return: dict with ``day``, ``start``, ``end`` (minutes), ``tz``, ``place`` and ``blocks``
        """
        self.ensure_one()
        start, end = self._get_day_minutes()
        return {
            'day': str(self.day or ''),
            'start': start,
            'end': end,
            'tz': self.tz or '',
            'place': self.place or '',
            'blocks': [
                block._prepare_snapshot() for block in self.block_ids.sorted(lambda block: (block.start, block.id))
            ],
        }

    def _get_timetable_rows(self, snapshot=None):
        """The day as rows for the template ``scn_events.visit_timetable``.

        :param snapshot: a kept version; the programme as it stands without one
        :return: list of ``(block or None, [conversations])``, each a dict with what a reader sees
        """
        self.ensure_one()
        blocks = (snapshot or self._prepare_programme_snapshot())['blocks']
        return lay_out(self._name_blocks(blocks))

    def _name_blocks(self, blocks):
        """Blocks of a snapshot with names instead of numbers, in four queries whatever their number."""
        formats = {
            fmt.id: fmt.name for fmt in self._browse_existing('scn.appointment.format', [b['format'] for b in blocks])
        }
        numbers = [number for block in blocks for number in (*block['people'], *block['hosts'])]
        people = {person.id: person.name for person in self._browse_existing('res.partner', numbers)}
        languages = {
            lang.code: lang.name.split(' / ')[0]
            for lang in self.env['res.lang'].sudo().with_context(active_test=False).search([])
        }
        return [
            {
                **block,
                'format_name': formats.get(block['format'], ''),
                'name': block['title'] or formats.get(block['format'], ''),
                'from': clock(block['start']),
                'to': clock(block['start'] + block['minutes']),
                'people_names': [people[number] for number in block['people'] if number in people],
                'host_names': [people[number] for number in block['hosts'] if number in people],
                'language_name': languages.get(block['language'], ''),
                'is_other_language': bool(
                    block['kind'] not in PAUSES and block['language'] and self.lang and block['language'] != self.lang
                ),
            }
            for block in blocks
        ]

    def _browse_existing(self, model, numbers):
        """Records by number, those that were deleted left out."""
        return self.env[model].sudo().with_context(active_test=False).search([('id', 'in', list(set(numbers)))])

    # -- conversations -----------------------------------------------------------------------------------------------

    def action_fill_conversations(self):
        """Plan a conversation with each person wished for, beside the plenary; again: those filled before anew."""
        self.ensure_one()
        self.check_access('write')
        self._check_programme_open()
        if not self.conversation_contact_ids:
            raise UserError(self.env._("Name the people of the city for whom you wish a conversation first."))
        if not self.host_user_ids:
            raise UserError(self.env._("Name a host of the visit first: somebody has to lead the conversations."))
        left = self._fill_conversations()
        if left:
            message = self.env._("No room was found for: %(names)s", names=", ".join(left.mapped('name')))
        else:
            message = self.env._("Everybody has a conversation.")
        return {
            'type': 'ir.actions.client',
            'tag': 'display_notification',
            'params': {
                'type': 'warning' if left else 'success',
                'message': message,
                'next': {'type': 'ir.actions.act_window_close'},
            },
        }

    def _fill_conversations(self):
        """Make the conversations anew; those made by hand stay.

        :return: people for whom there is no room
        """
        self.ensure_one()
        fmt = self.env['scn.appointment.format'].search([('kind', '=', 'conversation')], limit=1)
        if not fmt:
            raise UserError(self.env._("There is no format for conversations: add one under Configuration."))
        self.block_ids.filtered('is_filled').unlink()
        kept = self.block_ids.filtered(lambda block: block.lane == CONVERSATIONS)
        people = self.conversation_contact_ids.sorted('id') - kept.city_contact_ids
        slots, left = fill_conversations(
            people.ids,
            self.host_user_ids.ids,
            [block._prepare_day_block() for block in self.block_ids],
            self._get_day_rules(),
            fmt.minutes,
            self.company_id.sudo().scn_visit_conversation_pause,
        )
        self.env['scn.appointment.block'].create(
            [
                {
                    'appointment_id': self.id,
                    'format_id': fmt.id,
                    'sequence': slot.start,
                    'has_fixed_start': True,
                    'fixed_start': slot.start / 60,
                    'minutes': fmt.minutes,
                    'lane': CONVERSATIONS,
                    'place': self.conversation_place,
                    'city_contact_ids': [Command.set([person])],
                    'host_user_ids': [Command.set([slot.host])],
                    'is_filled': True,
                }
                for person, slot in slots.items()
            ]
        )
        return self.env['res.partner'].browse(left)

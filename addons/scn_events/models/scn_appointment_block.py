from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..visit_day_check import CONVERSATIONS, PLENARY, DayBlock, plan_starts

#: What a change of it changes of the programme both sides agree on.
PROGRAMME_FIELDS = (
    'sequence',
    'fixed_start',
    'has_fixed_start',
    'minutes',
    'transfer_minutes',
    'lane',
)


class ScnAppointmentBlock(models.Model):
    """A part of a visit day: what, how long, where, for whom, and what either side prepares.

    The plenary's blocks follow each other in their order; one may begin at a fixed time. Conversations stand in a lane
    of their own. Times are hours on the city's clock.
    """

    _name = 'scn.appointment.block'
    _description = 'Block of a Visit'
    _order = 'appointment_id, lane desc, sequence, id'

    appointment_id = fields.Many2one(
        'scn.appointment', string="Visit", required=True, index=True, ondelete='cascade', readonly=True
    )
    company_id = fields.Many2one(related='appointment_id.company_id', store=True, index=True)
    city_id = fields.Many2one(related='appointment_id.city_id')
    sequence = fields.Integer(default=10)
    format_id = fields.Many2one('scn.appointment.format', required=True, index=True, ondelete='restrict')
    kind = fields.Selection(related='format_id.kind')
    name = fields.Char(string="Title", help="What it is about; empty: the format's name.")
    lane = fields.Selection(
        [(PLENARY, 'Plenary'), (CONVERSATIONS, 'Conversations')],
        compute='_compute_from_format',
        store=True,
        readonly=False,
        required=True,
        precompute=True,
    )
    minutes = fields.Integer(compute='_compute_from_format', store=True, readonly=False, required=True, precompute=True)
    audience = fields.Char(compute='_compute_from_format', store=True, readonly=False, precompute=True)
    preparation_city = fields.Text(
        string="The city prepares", compute='_compute_from_format', store=True, readonly=False, precompute=True
    )
    preparation_foundation = fields.Text(
        string="We prepare", compute='_compute_from_format', store=True, readonly=False, precompute=True
    )
    has_fixed_start = fields.Boolean(string="Fixed time", help="It begins at this time, whatever comes before.")
    fixed_start = fields.Float(string="At", help="Hour on the city's clock.")
    start = fields.Float(compute='_compute_start', string="From", help="Hour on the city's clock.")
    end = fields.Float(compute='_compute_start', string="To")
    transfer_minutes = fields.Integer(
        string="Transfer", help="Minutes it takes to get to its place from the block before."
    )
    place = fields.Char()
    language_id = fields.Many2one(
        'res.lang', compute='_compute_language_id', store=True, readonly=False, precompute=True, ondelete='restrict'
    )
    is_interpreted = fields.Boolean(string="Interpreter", help="Somebody interprets.")
    is_online = fields.Boolean(string="Online", help="Held online, because people cannot be there.")
    online_link = fields.Char(string="Link if online", help="Where people meet when it is held online.")
    city_contact_ids = fields.Many2many(
        'res.partner',
        'scn_appointment_block_contact_rel',
        'block_id',
        'contact_id',
        string="People of the city",
        domain="[('commercial_partner_id', '=', city_id), ('id', '!=', city_id)]",
        help="Nobody named in the plenary: it is for everybody.",
    )
    host_user_ids = fields.Many2many(
        'res.users',
        'scn_appointment_block_host_rel',
        'block_id',
        'user_id',
        string="Hosts",
        domain="[('share', '=', False)]",
        help="Nobody named in the plenary: all hosts of the visit.",
    )
    is_filled = fields.Boolean(
        readonly=True, help="Made by filling the conversations, and made anew when they are filled again."
    )

    _minutes_positive = models.Constraint('CHECK (minutes > 0)', "A block lasts at least a minute.")
    _transfer_not_negative = models.Constraint(
        'CHECK (transfer_minutes IS NULL OR transfer_minutes >= 0)', "A transfer cannot take less than no time."
    )
    _start_within_day = models.Constraint(
        'CHECK (fixed_start IS NULL OR (fixed_start >= 0 AND fixed_start < 24))',
        "Give the hour between 0:00 and 23:59.",
    )

    @api.depends('format_id')
    def _compute_from_format(self):
        """A new format brings its usual length, audience and preparation, in the city's language."""
        for block in self:
            fmt = block.format_id.with_context(lang=block.appointment_id.lang or self.env.lang)
            block.lane = fmt._get_lane() if fmt else PLENARY
            block.minutes = fmt.minutes or 60
            block.audience = fmt.audience
            block.preparation_city = fmt.preparation_city
            block.preparation_foundation = fmt.preparation_foundation

    @api.depends('appointment_id')
    def _compute_language_id(self):
        languages = {lang.code: lang for lang in self.env['res.lang'].with_context(active_test=False).search([])}
        for block in self:
            block.language_id = languages.get(block.appointment_id.lang, self.env['res.lang'])

    @api.depends(
        'minutes',
        *(f'appointment_id.block_ids.{name}' for name in PROGRAMME_FIELDS),
        'appointment_id.start',
        'appointment_id.tz',
    )
    def _compute_start(self):
        self.start = self.end = 0.0
        for appointment in self.appointment_id:
            day_start, __ = appointment._get_day_minutes()
            for lane in (PLENARY, CONVERSATIONS):
                ordered = appointment.block_ids.filtered(lambda block, lane=lane: block.lane == lane).sorted(
                    lambda block: (block.sequence, block._origin.id or 0)
                )
                starts = plan_starts([block._get_plan() for block in ordered], day_start)
                for block, start in zip(ordered, starts, strict=True):
                    # a value of another record would be written, not computed
                    if block in self:
                        block.start, block.end = start / 60, (start + block.minutes) / 60

    def _get_plan(self):
        """Fixed start or None, transfer and length, in minutes; see ``visit_day_check.plan_starts``."""
        self.ensure_one()
        fixed = round(self.fixed_start * 60) if self.has_fixed_start else None
        return fixed, self.transfer_minutes, self.minutes

    @api.depends('name', 'format_id')
    def _compute_display_name(self):
        for block in self:
            block.display_name = block.name or block.format_id.name or ""

    @api.constrains('city_contact_ids', 'appointment_id')
    def _check_people_of_city(self):
        for block in self.sudo():
            strangers = block.city_contact_ids.filtered(
                lambda person, city=block.city_id: person.commercial_partner_id != city
            )
            if strangers:
                raise ValidationError(
                    self.env._(
                        "%(person)s does not work for %(city)s: choose people of that city.",
                        person=strangers[0].name,
                        city=block.city_id.name,
                    )
                )

    # -- the programme both sides agree on: every change is written on the visit ------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        blocks = super().create(vals_list)
        blocks.appointment_id._touch_programme()
        return blocks

    def write(self, vals):
        self.appointment_id._touch_programme()
        return super().write(vals)

    def unlink(self):
        self.appointment_id._touch_programme()
        return super().unlink()

    # -- reading -------------------------------------------------------------------------------------------------------

    def _prepare_day_block(self):
        """This block as the check of the day reads it."""
        self.ensure_one()
        return DayBlock(
            key=self.id,
            name=self.display_name,
            start=round(self.start * 60),
            minutes=self.minutes,
            kind=self.kind,
            lane=self.lane,
            place=(self.place or '').strip(),
            transfer=self.transfer_minutes,
            language=self.language_id.code or '',
            is_interpreted=self.is_interpreted,
            is_online=self.is_online,
            has_link=bool(self.online_link),
            people=frozenset(self.city_contact_ids.ids),
            hosts=frozenset(self.host_user_ids.ids),
        )

    def _prepare_snapshot(self):
        """This block as a version keeps it: people by number, so that whoever is erased is erased there, too.

        :return: dict of text, whole numbers, booleans and lists of numbers
        """
        self.ensure_one()
        return {
            'id': self.id,
            'format': self.format_id.id,
            'title': self.name or '',
            'kind': self.kind,
            'lane': self.lane,
            'start': round(self.start * 60),
            'minutes': self.minutes,
            'transfer': self.transfer_minutes,
            'place': self.place or '',
            'audience': self.audience or '',
            'language': self.language_id.code or '',
            'is_interpreted': self.is_interpreted,
            'is_online': self.is_online,
            'online_link': self.online_link or '',
            'people': sorted(self.city_contact_ids.ids),
            'hosts': sorted(self.host_user_ids.partner_id.ids),
            'preparation_city': self.preparation_city or '',
            'preparation_foundation': self.preparation_foundation or '',
        }

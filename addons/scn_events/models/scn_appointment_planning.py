from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.scn_partner.models.scn_contact_role_rights import ASK

from ..visit_day_check import clock
from ..visit_timetable import canonical_json, compare, fingerprint

PLAN_STATES = [
    ('none', 'Not sent yet'),
    ('changed', 'Changed since the last version'),
    ('waiting', 'Waiting for both'),
    ('waiting_city', 'Waiting for the city'),
    ('waiting_foundation', 'Waiting for us'),
    ('agreed', 'Agreed'),
]


class ScnAppointment(models.Model):
    """Planning by two sides: whoever wants to sends a version, and both confirm the same one.

    A version is what stands in ``scn.appointment.plan``. It counts as agreed while the programme still is what both
    confirmed; every change of a block writes the visit (``_touch_programme``), and so does confirming, so that a
    change and a confirmation at once cannot both go through unseen.
    """

    _inherit = 'scn.appointment'

    plan_ids = fields.One2many('scn.appointment.plan', 'appointment_id', string="Versions")
    comment_ids = fields.One2many('scn.appointment.comment', 'appointment_id', string="Comments")
    plan_state = fields.Selection(PLAN_STATES, compute='_compute_plan_state', string="Programme is")
    plan_number = fields.Integer(compute='_compute_plan_state', string="Newest version")
    plan_comment = fields.Text(string="Comment for the city", copy=False, help="Goes with the next version you send.")

    @api.depends(
        'plan_ids.city_confirmed_on',
        'plan_ids.foundation_confirmed_on',
        'programme_revision',
        'block_ids',
        'start',
        'stop',
        'tz',
        'place',
    )
    def _compute_plan_state(self):
        for appointment in self:
            plan = appointment._get_latest_plan()
            appointment.plan_number = plan.number
            if not plan:
                appointment.plan_state = 'none'
            elif plan.content_hash != appointment._origin._get_programme_hash():
                appointment.plan_state = 'changed'
            elif plan.is_agreed:
                appointment.plan_state = 'agreed'
            elif plan.city_confirmed_on:
                appointment.plan_state = 'waiting_foundation'
            elif plan.foundation_confirmed_on:
                appointment.plan_state = 'waiting_city'
            else:
                appointment.plan_state = 'waiting'

    def _get_latest_plan(self):
        """The newest version that was sent, or an empty record."""
        return self.sudo().plan_ids.sorted('number')[-1:]

    def _get_programme_hash(self):
        return fingerprint(canonical_json(self.sudo()._prepare_programme_snapshot()))

    # -- sending -----------------------------------------------------------------------------------------------------

    def action_send_programme(self):
        """Send the programme as it stands to the city as a new version."""
        self.ensure_one()
        if not self.has_access('write'):
            raise AccessError(self.env._("Officers of Sharing Cities send the programme of a visit."))
        self._send_programme('foundation', self.env.user.partner_id, self.plan_comment)
        if self.plan_comment:
            self.plan_comment = False
        return True

    def _send_programme(self, side, person, comment=None):
        """Keep the programme as a new version and write to the other side, once.

        :param str side: ``city`` or ``foundation``
        :param person: who sends it
        :return: the ``scn.appointment.plan``
        :raises UserError: when nothing is planned, or nothing was changed since the last version
        """
        self.ensure_one()
        visit = self.sudo()
        visit._touch_programme()
        if not visit.block_ids:
            raise UserError(self.env._("Nothing is planned yet: add a block first."))
        latest = visit._get_latest_plan()
        text = canonical_json(visit._prepare_programme_snapshot())
        if latest.content_hash == fingerprint(text):
            raise UserError(
                self.env._(
                    "Nothing was changed since version %(number)s: confirm it, or change something first.",
                    number=latest.number,
                )
            )
        comment = (comment or '').strip()
        plan = visit.env['scn.appointment.plan'].create(
            {
                'appointment_id': visit.id,
                'number': latest.number + 1,
                'snapshot': text,
                'content_hash': fingerprint(text),
                'side': side,
                'sent_by_id': person.id,
                'comment': comment,
            }
        )
        visit._mail_version(plan)
        return plan

    def _mail_version(self, plan):
        """Queue the mail about a version to the people of the other side, each in their language."""
        self.ensure_one()
        if plan.mailed_on:
            return
        if plan.side == 'foundation':
            template, readers = 'scn_events.mail_template_programme_city', self._get_city_planners()
        else:
            template, readers = 'scn_events.mail_template_programme_foundation', self._get_foundation_planners()
        for reader in readers.filtered('email'):
            self.env.ref(template).with_context(scn_reader_lang=reader.lang, scn_reader_name=reader.name).send_mail(
                plan.id, force_send=False, email_values={'email_to': reader.email_formatted}
            )
        plan.mailed_on = fields.Datetime.now()

    def _get_city_planners(self):
        """People of the city who plan the visit: by their current role, else who is named for it."""
        self.ensure_one()
        city = self.city_id
        roles = city.contact_role_ids
        asking = roles._get_roles_with(ASK)
        planners = roles.filtered(lambda role: role.is_current and role.role in asking).contact_id
        return planners or self.contact_ids

    def _get_foundation_planners(self):
        """The account holder and the hosts."""
        self.ensure_one()
        return (self.user_id | self.host_user_ids).partner_id

    # -- confirming --------------------------------------------------------------------------------------------------

    def _confirm_programme(self, side, person, number):
        """Confirm one version for one side; a second time changes nothing.

        :param int number: version the person has read
        :raises UserError: when it is not the newest one, or no longer what is planned
        """
        self.ensure_one()
        visit = self.sudo()
        visit._touch_programme()
        plan = visit.plan_ids.filtered(lambda plan: plan.number == number)
        if not plan:
            raise UserError(self.env._("There is no version %(number)s: open the page again.", number=number))
        plan._check_can_confirm(visit._get_programme_hash())
        if not plan._is_confirmed_by(side):
            plan.write({f'{side}_confirmed_by_id': person.id, f'{side}_confirmed_on': fields.Datetime.now()})

    # -- what changed ------------------------------------------------------------------------------------------------

    def _get_changes(self, old, new=None):
        """What differs between two versions, as people read it.

        :param old: a snapshot
        :param new: a snapshot; the programme as it stands without one
        :return: list of sentences
        """
        self.ensure_one()
        new = new or self._prepare_programme_snapshot()
        named = self._name_blocks([*old['blocks'], *new['blocks']])
        before, after = named[: len(old['blocks'])], named[len(old['blocks']) :]
        found = compare(before, after)
        labels = self._get_change_labels()
        sentences = []
        if any(old.get(key) != new.get(key) for key in ('day', 'start', 'end', 'place')):
            sentences.append(self.env._("The day, its hours or its place changed."))
        sentences += [
            self.env._("New: %(name)s at %(time)s", name=block['name'], time=block['from']) for block in found['added']
        ]
        sentences += [self.env._("Taken out: %(name)s", name=block['name']) for block in found['removed']]
        for old_block, block, names in found['changed']:
            values = {'name': block['name']}
            if 'from' in names:
                sentences.append(
                    self.env._(
                        "%(name)s: at %(time)s instead of %(old)s", **values, time=block['from'], old=old_block['from']
                    )
                )
            what = [label for name, label in labels.items() if name in names]
            if what:
                sentences.append(self.env._("%(name)s: changed %(what)s", **values, what=", ".join(what)))
        return sentences

    def _get_change_labels(self):
        return {
            'title': self.env._("title"),
            'minutes': self.env._("length"),
            'transfer': self.env._("time to get there"),
            'place': self.env._("place"),
            'audience': self.env._("for whom"),
            'people': self.env._("people of the city"),
            'hosts': self.env._("hosts"),
            'language': self.env._("language"),
            'is_interpreted': self.env._("interpreter"),
            'is_online': self.env._("online"),
            'online_link': self.env._("link"),
            'preparation_city': self.env._("what the city prepares"),
            'preparation_foundation': self.env._("what we prepare"),
        }

    # -- paper -------------------------------------------------------------------------------------------------------

    def _get_programme_lang(self):
        """Language of the programme on paper: the visit's or the city's, where Odoo has it installed."""
        self.ensure_one()
        installed = {code for code, __ in self.env['res.lang'].get_installed()}
        return next((lang for lang in (self.lang, self.sudo().city_id.lang) if lang in installed), 'en_US')

    def _prepare_programme_values(self, number=None):
        """Everything the programme on paper shows.

        :param number: a version; without one the programme as it stands
        :return: dict for the template ``scn_events.report_visit_programme_document``
        """
        self.ensure_one()
        self.check_access('read')
        visit = self.sudo()
        plan = visit.plan_ids.filtered(lambda plan: plan.number == number) if number else visit._get_latest_plan()
        current = visit._prepare_programme_snapshot()
        is_current = fingerprint(canonical_json(current)) == plan.content_hash
        snapshot = plan._get_snapshot() if number and plan else current
        if plan and (number or is_current):
            status = (
                self.env._("Version %(number)s, agreed by both sides", number=plan.number)
                if plan.is_agreed
                else self.env._("Version %(number)s, not agreed yet", number=plan.number)
            )
        else:
            status = self.env._("Draft")
        return {
            'company': visit.company_id,
            'city': visit.city_id,
            'day': fields.Date.to_date(snapshot['day']),
            'from': clock(snapshot['start']),
            'to': clock(snapshot['end']),
            'tz': snapshot['tz'],
            'place': snapshot['place'],
            'hosts': visit.host_user_ids.mapped('name'),
            'rows': visit._get_timetable_rows(snapshot),
            'status': status,
        }

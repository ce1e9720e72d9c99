import json

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

SIDES = [('city', 'City'), ('foundation', 'We')]


class ScnAppointmentPlan(models.Model):
    """A version of a visit's programme as it was sent: kept as it is, and confirmed by both sides or by neither.

    The other side and the sender confirm the very same version; a change afterwards needs a new one.
    """

    _name = 'scn.appointment.plan'
    _description = 'Version of a Visit Programme'
    _order = 'appointment_id, number desc'

    appointment_id = fields.Many2one(
        'scn.appointment', string="Visit", required=True, readonly=True, index=True, ondelete='cascade'
    )
    company_id = fields.Many2one(related='appointment_id.company_id', store=True, index=True)
    number = fields.Integer(string="Version", required=True, readonly=True)
    snapshot = fields.Text(required=True, readonly=True, help="The programme as canonical JSON.")
    content_hash = fields.Char(required=True, readonly=True, help="SHA-256 of the snapshot.")
    side = fields.Selection(SIDES, string="Sent by", required=True, readonly=True)
    sent_by_id = fields.Many2one('res.partner', string="Person", readonly=True, index='btree_not_null')
    sent_on = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    comment = fields.Text(readonly=True)
    mailed_on = fields.Datetime(readonly=True, help="When the mail to the other side was queued.")
    city_confirmed_by_id = fields.Many2one('res.partner', readonly=True, index='btree_not_null')
    city_confirmed_on = fields.Datetime(string="Confirmed by the city", readonly=True)
    foundation_confirmed_by_id = fields.Many2one('res.partner', readonly=True, index='btree_not_null')
    foundation_confirmed_on = fields.Datetime(string="Confirmed by us", readonly=True)
    is_latest = fields.Boolean(compute='_compute_is_latest')
    is_agreed = fields.Boolean(compute='_compute_is_agreed', string="Agreed")
    timetable = fields.Html(compute='_compute_timetable', sanitize=False)

    _number_unique = models.Constraint(
        'UNIQUE (appointment_id, number)', "This version of the programme was sent already."
    )

    @api.depends('number')
    def _compute_display_name(self):
        for plan in self:
            plan.display_name = self.env._("Version %(number)s", number=plan.number)

    @api.depends('appointment_id.plan_ids')
    def _compute_is_latest(self):
        for plan in self:
            plan.is_latest = plan == plan.appointment_id._get_latest_plan()

    @api.depends('city_confirmed_on', 'foundation_confirmed_on')
    def _compute_is_agreed(self):
        for plan in self:
            plan.is_agreed = bool(plan.city_confirmed_on and plan.foundation_confirmed_on)

    @api.depends('snapshot')
    @api.depends_context('lang')
    def _compute_timetable(self):
        qweb = self.env['ir.qweb']
        for plan in self:
            rows = plan.appointment_id._get_timetable_rows(plan._get_snapshot())
            plan.timetable = qweb._render('scn_events.visit_timetable', {'rows': rows})

    def _get_snapshot(self):
        """The programme as it was sent, see ``scn.appointment._prepare_programme_snapshot``."""
        self.ensure_one()
        return json.loads(self.snapshot)

    def _is_confirmed_by(self, side):
        self.ensure_one()
        return bool(self.city_confirmed_on if side == 'city' else self.foundation_confirmed_on)

    def action_confirm(self):
        """Confirm this version for the foundation.

        :raises AccessError: for who may not change the visit
        :raises UserError: for a version that is no longer the newest, or a programme that was changed after it
        """
        self.ensure_one()
        if not self.appointment_id.has_access('write'):
            raise AccessError(self.env._("Officers of Sharing Cities confirm the programme of a visit."))
        self.appointment_id._confirm_programme('foundation', self.env.user.partner_id, self.number)
        return True

    def _check_can_confirm(self, current_hash):
        """
        :param current_hash: fingerprint of the programme as it stands now
        :raises UserError: where this is not what both sides would agree on
        """
        self.ensure_one()
        if not self.is_latest:
            raise UserError(
                self.env._(
                    "Version %(number)s is no longer the newest: read version %(newest)s and confirm that one.",
                    number=self.number,
                    newest=self.appointment_id._get_latest_plan().number,
                )
            )
        if self.content_hash != current_hash:
            raise UserError(
                self.env._(
                    "The programme was changed after version %(number)s: it is sent as a new version first.",
                    number=self.number,
                )
            )

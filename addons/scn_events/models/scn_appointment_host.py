from psycopg2.errors import ExclusionViolation

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

#: An appointment in these states keeps its hosts' time.
KEEPING_STATES = ('confirmed', 'done', 'no_show')


class ScnAppointmentHost(models.Model):
    """Who of the foundation is there, and when: a visit may have several hosts, each for a part of the day.

    Nobody hosts two confirmed appointments at one time. The database's exclusion decides, a check speaks first. A
    time is kept by one statement (``_keep``), so that who loses a race gets the same sentence, and no failed
    statement with its values reaches the log.
    """

    _name = 'scn.appointment.host'
    _description = 'Host of a Visit or Session'
    _order = 'start, id'
    _rec_name = 'user_id'

    appointment_id = fields.Many2one('scn.appointment', required=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(related='appointment_id.company_id')
    user_id = fields.Many2one(
        'res.users', string="Host", required=True, index=True, ondelete='restrict', domain="[('share', '=', False)]"
    )
    start = fields.Datetime(required=True)
    stop = fields.Datetime(string="End", required=True)
    state = fields.Selection(
        [('planned', 'Planned'), ('confirmed', 'Confirmed'), ('cancelled', 'Cancelled')],
        required=True,
        readonly=True,
        default='planned',
        copy=False,
    )

    _stops_after_start = models.Constraint('CHECK (stop > start)', "A host's time has to end after it begins.")
    _one_at_a_time = models.Constraint(
        "EXCLUDE USING gist (int4range(user_id, user_id, '[]') WITH &&, tsrange(start, stop) WITH &&)"
        " WHERE (state = 'confirmed')",
        "This host has another confirmed appointment at that time. Choose another time or another host.",
    )

    @api.constrains('start', 'stop')
    def _check_times(self):
        for host in self:
            self.env['scn.appointment']._check_ends_after_start(host.start, host.stop)

    @api.constrains('user_id')
    def _check_user(self):
        for host in self.sudo():
            if host.user_id.share:
                raise ValidationError(
                    self.env._("%(name)s is not of the foundation: choose a colleague as host.", name=host.user_id.name)
                )

    @api.model
    def default_get(self, fields_list):
        """A new line in the form begins with the time of its appointment."""
        values = super().default_get(fields_list)
        appointment = self.env['scn.appointment'].browse(values.get('appointment_id'))
        for name in ('start', 'stop'):
            if name in fields_list and name not in values and appointment:
                values[name] = appointment[name]
        return values

    @api.model_create_multi
    def create(self, vals_list):
        """A host is there for the whole time unless told otherwise."""
        for vals in vals_list:
            # written, not left out: the context of a client would choose
            vals['state'] = 'planned'
            appointment = self.env['scn.appointment'].browse(vals.get('appointment_id'))
            for name in ('start', 'stop'):
                if not vals.get(name):
                    vals[name] = appointment[name]
            appointment._check_ends_after_start(vals['start'], vals['stop'])
        hosts = super().create(vals_list)
        hosts.appointment_id.sudo()._follow_hosts()
        return hosts

    def write(self, vals):
        """Times and people change while nothing is kept; what was kept is kept again at once."""
        if 'appointment_id' in vals and any(host.appointment_id.id != vals['appointment_id'] for host in self):
            raise UserError(self.env._("A host stays with its appointment: add a new line there."))
        if 'state' in vals and not self.env.su:
            raise UserError(self.env._("The state of a host follows the appointment: confirm or cancel that."))
        if not {'user_id', 'start', 'stop'} & vals.keys():
            return super().write(vals)
        kept = self.filtered(lambda host: host.state == 'confirmed')
        kept.sudo()._release()
        result = super().write(vals)
        kept.appointment_id.sudo()._follow_hosts()
        return result

    def unlink(self):
        appointments = self.appointment_id
        result = super().unlink()
        appointments.sudo()._follow_hosts()
        return result

    def _follow(self, old_start, old_stop):
        """Keep the same part of an appointment that has moved: the whole, or the same distance from its start.

        :param datetime old_start: of the appointment, as ``old_stop``
        """
        self.ensure_one()
        new = self.appointment_id
        start, stop = new.start, new.stop
        if (self.start, self.stop) != (old_start, old_stop):
            shift = new.start - old_start
            part = max(self.start + shift, new.start), min(self.stop + shift, new.stop)
            if part[0] < part[1]:
                start, stop = part
        self.write({'start': start, 'stop': stop})

    # -- keeping the time ----------------------------------------------------------------------------------------

    def _release(self, state='planned'):
        """Keep the time of these hosts no more."""
        kept = self.filtered(lambda host: host.state != state)
        if kept:
            kept.write({'state': state})
            kept.flush_recordset()

    def _find_clashes(self):
        """Confirmed times of the same people that overlap, of whatever company.

        :return: ``scn.appointment.host`` with the rights of the superuser
        """
        clashes = self.sudo().browse()
        for host in self.sudo():
            clashes |= self.sudo().search(
                [
                    ('user_id', '=', host.user_id.id),
                    ('state', '=', 'confirmed'),
                    ('start', '<', host.stop),
                    ('stop', '>', host.start),
                    ('id', '!=', host.id),
                ]
            )
        return clashes

    def _check_free(self):
        """
        :raises UserError: when somebody hosts another confirmed appointment then
        """
        for host in self:
            clash = host._find_clashes()[:1]
            if not clash:
                continue
            # A city reads nothing of another one, nor a body of the other.
            if not self.env.user._is_internal() or clash.company_id not in self.env.companies:
                raise UserError(
                    self.env._("%(host)s is not free then any more. Choose another time.", host=host.user_id.name)
                )
            raise UserError(
                self.env._(
                    "%(host)s is already at “%(other)s” then. Choose another time or another host.",
                    host=host.user_id.name,
                    other=clash.appointment_id.display_name,
                )
            )

    def _keep(self):
        """Keep the time of these hosts, or say that somebody else was first.

        :raises UserError: when the time is taken, also by a transaction that ended meanwhile
        """
        hosts = self.filtered(lambda host: host.state != 'confirmed').sorted('id')
        hosts._check_free()
        if not hosts:
            return
        hosts.flush_model()
        try:
            with self.env.cr.savepoint(flush=False):
                self.env.cr.execute(
                    SQL("UPDATE scn_appointment_host SET state = 'confirmed' WHERE id IN %s", tuple(hosts.ids)),
                    # the loser gets a sentence: nothing went wrong
                    log_exceptions=False,
                )
        except ExclusionViolation as error:
            raise UserError(
                self.env._(
                    "Somebody else just confirmed another appointment of %(hosts)s at that time. Choose another time"
                    " or another host.",
                    hosts=", ".join(hosts.user_id.mapped('name')),
                )
            ) from error
        finally:
            hosts.invalidate_recordset(['state'])

from odoo import api, fields, models
from odoo.exceptions import AccessError

from odoo.addons.scn_partner import secret_code
from odoo.addons.scn_partner.models.scn_contact_role_rights import ASK

from .scn_appointment_session import SLOT_FORMAT

#: Where the page behind the link stands. The code is in the fragment, which no server and no log sees.
ACT_URL = '/session/act'


class ScnSessionLink(models.Model):
    """A link by which one person of a city answers one proposal of a session, once.

    It is bound to the session, to the person and to the very time that was proposed: after a later proposal it
    confirms nothing. The database keeps the code's hash only.
    """

    _name = 'scn.session.link'
    _description = 'Link to answer the Proposal of a Session'
    _order = 'id desc'

    appointment_id = fields.Many2one('scn.appointment', required=True, readonly=True, index=True, ondelete='cascade')
    partner_id = fields.Many2one(
        'res.partner', string="Sent to", required=True, readonly=True, index=True, ondelete='cascade'
    )
    start = fields.Datetime(required=True, readonly=True)
    stop = fields.Datetime(string="End", required=True, readonly=True)
    code_hash = fields.Char(required=True, readonly=True, copy=False)
    used_on = fields.Datetime(readonly=True)

    _code_unique = models.Constraint('UNIQUE (code_hash)', "This code was given out already.")

    @api.model
    def _issue(self, appointment, person):
        """Make a link about the time that is proposed now.

        :return: the code, which is nowhere else
        """
        code = secret_code.new_code(secret_code.LINK_LENGTH)
        self.sudo().create(
            {
                'appointment_id': appointment.id,
                'partner_id': person.id,
                'start': appointment.start,
                'stop': appointment.stop,
                'code_hash': secret_code.fingerprint(code),
            }
        )
        return code

    @api.model
    def _find(self, text):
        """The link of a pasted code.

        :param str text: the code or the whole link
        :return: ``(link, problem)``: an empty link with ``missing``, ``incomplete`` or ``unknown``, else None
        """
        empty = self.browse()
        code = secret_code.read_code(text)
        if not code:
            return empty, 'missing'
        if not secret_code.is_well_formed(code, secret_code.LINK_LENGTH):
            return empty, 'incomplete'
        link = self.sudo().search([('code_hash', '=', secret_code.fingerprint(code))])
        return link, None if link else 'unknown'

    def _get_obstacle(self, reader):
        """Why this link cannot be used now, or None. The order is that of what helps the reader most.

        :param reader: ``res.partner`` of a signed-in user, empty for the public
        :return: ``foreign``, ``role_ended``, ``used``, ``superseded``, ``cancelled``, ``confirmed``, ``answered``,
            ``expired`` or None
        """
        self.ensure_one()
        session, person = self.appointment_id, self.partner_id
        if (reader and reader != person) or person.commercial_partner_id != session.city_id:
            return 'foreign'
        if not person._has_city_right(ASK, session.city_id):
            return 'role_ended'
        if self.used_on:
            return 'used'
        if session.state == 'cancelled':
            return 'cancelled'
        if session.state in ('confirmed', 'done', 'no_show'):
            return 'confirmed'
        if self._is_superseded():
            return 'superseded'
        if session.state == 'requested':
            return 'answered'
        return 'expired' if self.start <= fields.Datetime.now() else None

    def _is_superseded(self):
        """Whether another time was proposed meanwhile, or the same person got a later link."""
        self.ensure_one()
        session = self.appointment_id
        return (self.start, self.stop) != (session.start, session.stop) or bool(
            self.search_count(
                [
                    ('appointment_id', '=', session.id),
                    ('partner_id', '=', self.partner_id.id),
                    ('id', '>', self.id),
                ],
                limit=1,
            )
        )

    def _use(self, reader, act, reason=''):
        """Answer by this link, once.

        :param str act: ``confirm`` or ``decline``
        :return: obstacle, None when it was done
        :raises UserError: one clear sentence, e.g. that the host is not free any more
        """
        self.ensure_one()
        obstacle = self._get_obstacle(reader)
        if obstacle:
            return obstacle
        # Written before anything else: a second one at the same moment is repeated by the framework and reads this.
        self.used_on = fields.Datetime.now()
        self.flush_recordset()
        session, shown = self.appointment_id, self.start.strftime(SLOT_FORMAT)
        if act == 'confirm':
            session._city_accept(self.partner_id, shown)
        else:
            session._city_call_off(self.partner_id, shown, reason)
        return None

    @api.model_create_multi
    def create(self, vals_list):
        """Links are made by ``_issue``: nobody has the right to make one by hand."""
        if not self.env.su:
            raise AccessError(self.env._("Links are made when a session is proposed."))
        return super().create(vals_list)

    @api.autovacuum
    def _gc_past(self):
        """What can open nothing any more goes."""
        now = fields.Datetime.now()
        self.sudo().search([('start', '<', now), ('appointment_id.stop', '<', now)]).unlink()

from psycopg2 import DataError
from psycopg2.errors import CheckViolation, NotNullViolation, UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .scn_signup import OPEN_STATES
from .scn_signup_acceptance import plain

#: Once somebody asked us to stop, nothing here undoes that.
NEVER_RESTORED = frozenset({'news_stopped_on'})

#: Rows that accepting, or the contact itself, brings along: they do not show that somebody works with the contact.
OWN_TABLES = frozenset(
    {
        'res_partner',
        'scn_signup',
        'scn_consent',
        'scn_contact_key',
        'scn_contact_role',
        'scn_contact_duplicate',
        'mail_followers',
    }
)

UNDO_ERRORS = (UserError, DataError, CheckViolation, NotNullViolation, UniqueViolation)


class ScnSignup(models.Model):
    """Taking an acceptance back: what it filled in and nobody changed since, field by field.

    What accepting did stays on the sign-up as evidence, and beside it what was taken back and what was kept.
    """

    _inherit = 'scn.signup'

    restored_changes = fields.Json(readonly=True, copy=False)
    restored_text = fields.Text(string="What was taken back", compute='_compute_restored_text')

    @api.depends('restored_changes')
    def _compute_restored_text(self):
        for signup in self:
            rows = signup.restored_changes or []
            signup.restored_text = "\n".join(signup._describe_restored(row) for row in rows)

    def _describe_restored(self, row):
        Partner = self.env['res.partner']
        name = Partner.browse(row['partner_id']).exists().display_name or self.env._("(deleted)")
        if row['field'] in Partner._fields:
            what = Partner._fields[row['field']]._description_string(self.env)
        else:
            what = {
                'record': self.env._("Contact that accepting created"),
                'role': self.env._("Role that accepting gave"),
                'ended_role': self.env._("Role that accepting ended"),
            }[row['field']]
        outcome = {
            'restored': self.env._("taken back"),
            'changed_since': self.env._("kept, somebody changed it since"),
            'used_by_another': self.env._("kept, another sign-up says the same"),
            'in_use': self.env._("kept, it is in use"),
            'opt_out': self.env._("kept, a wish to stop is never undone"),
        }[row['outcome']]
        return f"{name}: {what}: {outcome}"

    @api.model
    def sync_restore(self, payload):
        """Take accepted sign-ups back, for managers only.

        :param str payload: JSON ``{"protocol", "source", "run", "batch", "external_ids", "reason"}``; with
            ``"of_run"`` only sign-ups that this run brought
        :return: like ``sync_withdraw``; status is restored, withdrawn (nobody had decided), unchanged, refused or
            unknown. ``"restored"`` and ``"kept"`` list what was taken back and what was not, as
            ``city.<field>``, ``contact.<field>``, ``contact.role`` or ``contact.record``.
        :raises AccessError: for anybody but a manager
        :raises UserError: as ``sync_receive``
        """
        if not self.env.user.has_group('scn_partner.group_scn_manager'):
            raise AccessError(self.env._("Only a Sharing Cities manager takes accepted sign-ups back."))
        inbox = self._open_inbox()
        request = inbox._parse(payload, {'protocol', 'source', 'run', 'batch', 'external_ids', 'reason'}, {'of_run'})
        return inbox._answer_once(request, inbox._restore)

    def _restore(self, source, run, request):
        """Answer rows in the order sent."""
        external_ids = request['external_ids']
        known = self._find_known(source, external_ids)
        self._lock_rows(self.union(*known.values()))
        statuses = {
            external_id: known.get(external_id, self.browse())._get_withdrawal_status(request.get('of_run'))
            for external_id in external_ids
        }
        accepted = self.union(
            *(known[external_id] for external_id, status in statuses.items() if status == ('refused', 'accepted')),
        )
        reports = accepted._take_back(request['reason'])
        rows = []
        for external_id in external_ids:
            signup = known.get(external_id, self.browse())
            status, reason = statuses[external_id]
            row = {'external_id': external_id, 'status': status, 'reason': reason}
            if status == 'withdrawn' and signup.state in OPEN_STATES:
                signup.write({**self._prepare_decision_values('withdrawn'), 'reject_note': request['reason']})
            elif signup in reports:
                row.update(signup._describe_report(reports[signup]))
            rows.append(row)
        return rows

    def _describe_report(self, report):
        """Part of the answer on one sign-up, from the rows of ``_take_back`` (None: the database refused)."""
        self.ensure_one()
        if report is None:
            return {'status': 'refused', 'reason': 'refused_by_server'}
        named = [
            (
                f"{'city' if row['partner_id'] == self.city_partner_id.id else 'contact'}.{row['field']}",
                row['outcome'],
            )
            for row in report
        ]
        return {
            'status': 'restored',
            'reason': None,
            'restored': sorted({name for name, outcome in named if outcome == 'restored'}),
            'kept': sorted({f"{name} ({outcome})" for name, outcome in named if outcome != 'restored'}),
        }

    def _take_back(self, reason):
        """Undo accepted sign-ups, the latest first.

        :return: dict sign-up → list of ``{"partner_id", "field", "outcome"}``, None where the database refused
        """
        signups = self.sudo().with_context(tracking_disable=True).sorted('id', reverse=True)
        partners = self.env['res.partner'].sudo().with_context(active_test=False)
        partners = partners.browse(
            {change['partner_id'] for signup in signups for change in signup.applied_changes or []}
        ).exists()
        self._lock_rows(partners)
        claims = signups._find_claims(partners)
        created = signups._find_created(partners)
        used = created - created._filter_unused(OWN_TABLES)
        reports = {}
        for signup in signups:
            try:
                with self.env.cr.savepoint():
                    report = signup._take_back_changes(partners, claims, created, used)
                    signup.write(
                        {
                            **signup._prepare_decision_values('withdrawn'),
                            'reject_note': reason,
                            'restored_changes': report,
                        }
                    )
                    self.env.flush_all()
            except UNDO_ERRORS:
                report = None
            reports[self.browse(signup.id)] = report
        signups._log_taken_back(reports)
        return reports

    def _find_claims(self, partners):
        """Fields of these partners that other accepted sign-ups say the same of: they stay.

        :return: set of ``(partner id, field)``; ``record`` is the partner as a whole
        """
        others = self.sudo().search(
            [
                ('id', 'not in', self.ids),
                ('state', '=', 'accepted'),
                '|',
                ('city_partner_id', 'in', partners.ids),
                ('contact_partner_id', 'in', partners.ids),
            ]
        )
        claims = {
            (change['partner_id'], name)
            for other in others
            for change in other.applied_changes or []
            for name in change['fields']
        }
        return claims | {
            (partner.id, 'record') for other in others for partner in (other.city_partner_id | other.contact_partner_id)
        }

    def _find_created(self, partners):
        """The partners that one of these sign-ups created."""
        ids = {
            change['partner_id'] for signup in self for change in signup.applied_changes or [] if _is_creation(change)
        }
        return partners.filtered(lambda partner: partner.id in ids)

    def _take_back_changes(self, partners, claims, created, used):
        """Undo one sign-up; returns its report."""
        self.ensure_one()
        report = []
        changes = self.applied_changes or []
        for change in reversed(changes):
            partner = partners.filtered(lambda partner, change=change: partner.id == change['partner_id'])
            if not partner:
                continue
            report += self._take_back_roles(partner, change)
            if partner not in created:
                report += self._take_back_fields(partner, change, claims)
            elif _is_creation(change):
                outcome = self._take_back_record(partner, change, claims, used)
                report.append({'partner_id': partner.id, 'field': 'record', 'outcome': outcome})
        return report

    def _take_back_fields(self, partner, change, claims):
        report, values = [], {}
        for name, value in change['fields'].items():
            if name in NEVER_RESTORED:
                outcome = 'opt_out'
            elif name not in partner._fields or not _is_same(plain(partner[name]), value['after']):
                outcome = 'changed_since'
            elif (partner.id, name) in claims:
                outcome = 'used_by_another'
            else:
                outcome = 'restored'
                values[name] = value['before'] or False
            report.append({'partner_id': partner.id, 'field': name, 'outcome': outcome})
        if values:
            partner.write(values)
        return report

    def _take_back_record(self, partner, change, claims, used):
        """Archive a contact or city that accepting created, unless somebody has made something of it."""
        is_changed = any(
            name in partner._fields and not _is_same(plain(partner[name]), value['after'])
            for name, value in change['fields'].items()
        )
        if is_changed:
            return 'changed_since'
        if (partner.id, 'record') in claims:
            return 'used_by_another'
        if partner in used or partner.child_ids.filtered('active'):
            return 'in_use'
        partner.active = False
        return 'restored'

    def _take_back_roles(self, partner, change):
        Role = self.env['scn.contact.role'].sudo()
        report = []
        today = fields.Date.context_today(self)
        for role in Role.browse(change.get('role_ids', [])).exists():
            outcome = 'changed_since' if role.date_end else 'restored'
            if outcome == 'restored':
                role._end(today, self.env._("The sign-up was taken back"))
            report.append({'partner_id': partner.id, 'field': 'role', 'outcome': outcome})
        for role in Role.browse(change.get('ended_role_ids', [])).exists():
            day = (self.received_at or self.decided_on).date()
            ended_by_accepting = role.date_end == max(day, role.date_start)
            if ended_by_accepting:
                role.write({'date_end': False, 'end_reason': False})
            outcome = 'restored' if ended_by_accepting else 'changed_since'
            report.append({'partner_id': partner.id, 'field': 'ended_role', 'outcome': outcome})
        return report

    def _log_taken_back(self, reports):
        """Say on each city and contact that a sign-up was taken back; one batch, no values."""
        bodies = {}
        for signup in self:
            for row in reports[self.browse(signup.id)] or []:
                if row['outcome'] == 'restored':
                    text = self.env._("Sign-up %(number)s was taken back.", number=signup.id)
                    bodies.setdefault(row['partner_id'], text)
        if bodies:
            self.env['res.partner'].sudo().browse(bodies)._message_log_batch(bodies=bodies)


def _is_creation(change):
    """Whether this part of an acceptance made the record: there was nothing before, not even an empty field."""
    return bool(change['fields']) and all(value['before'] is None for value in change['fields'].values())


def _is_same(now, after):
    """Whether a field still has the value that accepting gave it; nothing is nothing, however it is written."""
    return (now or None) == (after or None)

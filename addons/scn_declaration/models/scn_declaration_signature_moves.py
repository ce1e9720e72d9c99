from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ..move_rules import COMMITTING, MOVES, is_allowed, sources_in_order
from .scn_declaration_signature import EDITABLE_FACTS
from .scn_declaration_stage import OPEN_CATEGORIES

#: Weeks a council usually takes where the city did not say.
DEFAULT_RATIFICATION_WEEKS = 12


class ScnDeclarationSignature(models.Model):
    """The moves. Each is ``_check_can_x`` (raises), ``_prepare_x_values`` (returns), ``_x`` (does it, under the lock
    of the row, and leaves one entry in the log) and ``action_x`` (checks the rights of who clicks).

    ``_x`` methods are called by the portal with rights of the superuser: they check the move, not the caller.
    """

    _inherit = 'scn.declaration.signature'

    # -- rights and locks --------------------------------------------------------------------------------------

    def _check_officer(self):
        """
        :raises AccessError: for anybody but officers
        """
        self.check_access('write')
        if not self.env.su and not self.env.user.has_group('scn_partner.group_scn_officer'):
            raise AccessError(self.env._("Only officers of Sharing Cities move signatures."))

    def _check_manager(self):
        """
        :raises AccessError: for anybody but managers
        """
        self.check_access('read')
        if not self.env.su and not self.env.user.has_group('scn_partner.group_scn_manager'):
            raise AccessError(self.env._("Only a Sharing Cities manager does this."))

    def _lock(self):
        """Be the only one who changes these rows until the end of the transaction.

        :raises psycopg2.errors.SerializationFailure: when one was changed since our snapshot; the framework repeats
            the request, which then meets the new state
        """
        if self.ids:
            self.env.flush_all()
            self.env.cr.execute(
                SQL(
                    "SELECT id FROM scn_declaration_signature WHERE id IN %s ORDER BY id FOR NO KEY UPDATE",
                    tuple(self.ids),
                ),
                log_exceptions=False,
            )

    # -- the engine of all moves -------------------------------------------------------------------------------

    def _check_can_move(self, move, on):
        """What holds for every move: the category it starts in, and the day.

        :param str move: a key of ``MOVES``
        :param on: day on which it takes effect
        :raises UserError: with the reason in one sentence
        """
        self.ensure_one()
        labels = dict(self.env['scn.declaration.stage']._fields['category']._description_selection(self.env))
        if not is_allowed(move, self.category):
            raise UserError(
                self.env._(
                    "%(city)s is “%(category)s”; this is only possible from: %(sources)s.",
                    city=self.partner_id.name,
                    category=labels[self.category],
                    sources=", ".join(labels[category] for category in sources_in_order(move, labels)),
                )
            )
        if on > fields.Date.context_today(self):
            raise UserError(self.env._("%(day)s is still to come: enter it on that day or later.", day=on))
        if on < self._get_earliest_day(move):
            raise UserError(
                self.env._(
                    "%(city)s: this cannot have happened before %(day)s.",
                    city=self.partner_id.name,
                    day=self._get_earliest_day(move),
                )
            )

    def _get_earliest_day(self, move):
        """First day on which a move can take effect: late entries go back to, never past, what came before."""
        self.ensure_one()
        days = [self.version_id.published_on]
        if move == 'reconfirm':
            days = [self.declaration_id.current_version_id.published_on]
        if move in ('review', 'start_validation', 'decline'):
            days = [self.opened_on]
        if move in ('sign', 'join_provisionally'):
            days.append(self.validated_on)
        if self.category not in OPEN_CATEGORIES:
            days.append(self.status_ids.sorted('valid_from')[-1:].valid_from)
        return max(filter(None, days), default=self.opened_on)

    def _check_evidence(self, move, stage, evidence):
        """A committing move needs evidence of the strength its stage asks for, brought for this very move.

        :param evidence: what the move brings along
        """
        if move not in COMMITTING:
            return
        counted = evidence | self.evidence_ids.filtered(lambda record: not record.is_used)
        if move in ('sign', 'join_provisionally'):
            counted |= self.validation_evidence_id
        strength = max(counted.mapped('strength'), default=0)
        if strength < stage.minimum_strength:
            raise UserError(
                self.env._(
                    "“%(stage)s” asks for evidence of strength %(needed)s, and there is %(found)s. "
                    "Add what the city sent first.",
                    stage=stage.name,
                    needed=stage.minimum_strength,
                    found=strength or self.env._("none"),
                )
            )

    def _make_move(self, move, values, on=None, evidence=None, reservations=(), details=None):
        """Do one move and leave one entry in the log.

        :param str move: a key of ``MOVES``
        :param dict values: what the move changes besides stage and dates of the stage
        :param on: day on which it takes effect, today if empty
        :param dict evidence: values of a new ``scn.declaration.evidence``, e.g. ``{'kind': 'portal'}``
        :param reservations: list of dict ``article_id``, ``note``, ``visibility``
        :param dict details: further plain values for the log entry; nothing personal
        :raises UserError: when the move is not possible
        """
        self.ensure_one()
        signature = self.sudo()
        on = on or fields.Date.context_today(self)
        category = MOVES[move].target or signature.category
        stage = signature.stage_id if category == signature.category else self.sudo()._get_stage(category)
        if not stage:
            raise UserError(
                self.env._("No stage has the category “%(category)s”: a manager adds one.", category=category)
            )
        added = signature.evidence_ids._add(signature, evidence)
        signature._check_evidence(move, stage, added)
        if reservations:
            signature.reservation_ids._add(signature, reservations)
        values = dict(values, recorded_on=fields.Date.context_today(self))
        if stage != signature.stage_id:
            values.update(stage_id=stage.id, date_last_stage_update=self._get_time_of(on))
        if added and move in ('validate', 'sign', 'join_provisionally'):
            values['validation_evidence_id'] = added.id
        signature._write_facts(values)
        signature._set_status(category, signature.version_id, on)
        signature._append(move, details={**(details or {}), 'effective': fields.Date.to_string(on)})
        signature._after_move(move)
        return True

    @api.model
    def _get_time_of(self, day):
        """Since when a city is where it is: now, or for a late entry the start of its day."""
        return fields.Datetime.now() if day >= fields.Date.context_today(self) else fields.Datetime.to_datetime(day)

    def _set_status(self, category, version, on, recorded_at=None):
        """What the city is from a day on; a late entry takes the place of the open statuses it overtook."""
        self.ensure_one()
        rows = self.status_ids.sorted('valid_from')
        if rows and rows[-1].category == category and rows[-1].version_id == version:
            return
        rows.filtered(lambda row: row.valid_from >= on).unlink()
        rows.exists().filtered(lambda row: not row.valid_to or row.valid_to > on).write({'valid_to': on})
        self.env.flush_all()
        self.env['scn.declaration.status'].sudo().create(
            {
                'signature_id': self.id,
                'category': category,
                'version_id': version.id,
                'valid_from': on,
                'recorded_at': recorded_at or fields.Datetime.now(),
            }
        )

    def _after_move(self, move):
        """Hook: what follows a move, inside its transaction. Other files close links and activities here."""

    # -- what a person states ----------------------------------------------------------------------------------

    def _prepare_statement_values(self, name, function, statement):
        """Values from what the signatory stated.

        :param dict statement: fields of ``EDITABLE_FACTS`` the city filled in
        :raises ValueError: for any other field: a caller passes on form fields by name, never a whole form
        """
        unknown = statement.keys() - EDITABLE_FACTS
        if unknown:
            raise ValueError(f"Not a city's to state: {', '.join(sorted(unknown))}")
        values = dict(statement)
        if name:
            values['signatory_name'] = name.strip()
        if function:
            values['signatory_function'] = function.strip()
        return values

    def _check_signatory(self, values):
        if not (values.get('signatory_name') or self.signatory_name):
            raise UserError(
                self.env._("Fill in who speaks for %(city)s: a name is missing.", city=self.partner_id.name)
            )

    # -- interest to validation --------------------------------------------------------------------------------

    def _check_can_review(self, on):
        self._check_can_move('review', on)

    def _review(self, on=None):
        """Staff look at the city's interest: who is in charge there, which language, whether a council decides."""
        for signature in self:
            signature._lock()
            signature._check_can_review(on or fields.Date.context_today(self))
            signature._make_move('review', {}, on=on)

    def action_review(self):
        """Take these cities into review."""
        self._check_officer()
        self._review()
        return True

    def _check_can_start_validation(self, on):
        self._check_can_move('start_validation', on)

    def _start_validation(self, on=None):
        """The political representatives of the city have been asked."""
        for signature in self:
            signature._lock()
            signature._check_can_start_validation(on or fields.Date.context_today(self))
            signature._make_move('start_validation', {}, on=on)

    def action_start_validation(self):
        """Put these cities into political validation."""
        self._check_officer()
        self._start_validation()
        return True

    def _check_can_validate(self, on):
        self._check_can_move('validate', on)
        if self.validated_on:
            raise UserError(
                self.env._(
                    "The political validation of %(city)s is noted already, on %(day)s.",
                    city=self.partner_id.name,
                    day=self.validated_on,
                )
            )

    def _prepare_validate_values(self, name, function, on, statement):
        values = self._prepare_statement_values(name, function, statement)
        return {
            **values,
            'validated_on': on,
            'validated_by': values.get('signatory_name') or self.signatory_name,
            'validated_function': values.get('signatory_function') or self.signatory_function,
        }

    def _validate(self, name, function, evidence=None, on=None, reservations=(), **statement):
        """Note that the political representative in charge agrees in general terms; joining is another move.

        :param str name: who agreed, and in which ``function``
        :param dict evidence: see ``_make_move``, likewise ``on`` and ``reservations``
        :param statement: further fields of ``EDITABLE_FACTS``, such as ``publish_name=True``
        :raises UserError: when it is not possible
        """
        self._lock()
        on = on or fields.Date.context_today(self)
        self._check_can_validate(on)
        values = self._prepare_validate_values(name, function, on, statement)
        self._check_signatory(values)
        return self._make_move('validate', values, on=on, evidence=evidence, reservations=reservations)

    # -- joining -----------------------------------------------------------------------------------------------

    def _check_can_sign(self, on):
        self._check_can_move('sign', on)
        if self.ratification_needed:
            raise UserError(
                self.env._(
                    "In %(city)s a body has to confirm: join provisionally, or take the tick away if it has decided.",
                    city=self.partner_id.name,
                )
            )

    def _prepare_join_values(self, name, function, on, statement):
        """Values of joining. Where the validation was not noted before, joining is the validation."""
        if self.validated_on:
            values = self._prepare_statement_values(name, function, statement)
        else:
            values = self._prepare_validate_values(name, function, on, statement)
        return {**values, 'joined_on': on}

    def _prepare_sign_values(self, name, function, on, statement):
        return {**self._prepare_join_values(name, function, on, statement), 'provisional': False}

    def _sign(self, name=None, function=None, evidence=None, on=None, reservations=(), **statement):
        """Join. Parameters as in ``_validate``; name and function may stay as they are.

        :raises UserError: when it is not possible
        """
        self._lock()
        on = on or fields.Date.context_today(self)
        self._check_can_sign(on)
        values = self._prepare_sign_values(name, function, on, statement)
        self._check_signatory(values)
        return self._make_move('sign', values, on=on, evidence=evidence, reservations=reservations)

    def _check_can_join_provisionally(self, on, ratify_before):
        self._check_can_move('join_provisionally', on)
        if ratify_before and ratify_before < on:
            raise UserError(self.env._("The decision cannot be expected before the city joins."))

    def _prepare_join_provisionally_values(self, name, function, on, ratify_before, statement):
        values = self._prepare_join_values(name, function, on, statement)
        weeks = values.get('ratification_weeks') or self.ratification_weeks or DEFAULT_RATIFICATION_WEEKS
        return {
            **values,
            'provisional': True,
            'ratification_needed': True,
            'ratify_before': ratify_before or on + timedelta(weeks=weeks),
        }

    def _join_provisionally(
        self, name=None, function=None, evidence=None, on=None, ratify_before=None, reservations=(), **statement
    ):
        """Join until the city's own body has confirmed. Parameters as in ``_validate``.

        :param ratify_before: day by which the decision is expected; by the city's usual weeks if empty
        :raises UserError: when it is not possible
        """
        self._lock()
        on = on or fields.Date.context_today(self)
        self._check_can_join_provisionally(on, ratify_before)
        values = self._prepare_join_provisionally_values(name, function, on, ratify_before, statement)
        self._check_signatory(values)
        return self._make_move('join_provisionally', values, on=on, evidence=evidence, reservations=reservations)

    def _check_can_ratify(self, on):
        self._check_can_move('ratify', on)

    def _prepare_ratify_values(self, name, function, on, statement):
        return {**self._prepare_statement_values(name, function, statement), 'ratified_on': on}

    def _ratify(self, name=None, function=None, evidence=None, on=None, **statement):
        """The city's body has confirmed. The city counts from the day it joined provisionally.

        :raises UserError: when it is not possible
        """
        self._lock()
        on = on or fields.Date.context_today(self)
        self._check_can_ratify(on)
        values = self._prepare_ratify_values(name, function, on, statement)
        return self._make_move('ratify', values, on=on, evidence=evidence)

    def _check_can_extend(self, ratify_before):
        self._check_can_move('extend', fields.Date.context_today(self))
        if not ratify_before or (self.ratify_before and ratify_before <= self.ratify_before):
            raise UserError(self.env._("An extension ends later than %(day)s.", day=self.ratify_before))

    def _extend(self, ratify_before, evidence=None):
        """Wait longer for the council's decision; every extension stays in the log.

        :raises UserError: when the new day is not later
        """
        self._lock()
        self._check_can_extend(ratify_before)
        return self._make_move(
            'extend',
            {'ratify_before': ratify_before},
            evidence=evidence,
            details={'was_expected_by': fields.Date.to_string(self.ratify_before)},
        )

    def _check_can_reconfirm(self, on):
        self._check_can_move('reconfirm', on)
        if self.version_id == self.declaration_id.current_version_id:
            raise UserError(
                self.env._(
                    "%(city)s is on the current text already: there is nothing to reconfirm.",
                    city=self.partner_id.name,
                )
            )

    def _prepare_reconfirm_values(self, name, function, statement):
        return {
            **self._prepare_statement_values(name, function, statement),
            'version_id': self.declaration_id.sudo().current_version_id.id,
        }

    def _reconfirm(self, name=None, function=None, evidence=None, on=None, reservations=(), **statement):
        """Move a signatory to the current text; until then it stays on its own.

        :raises UserError: when it is not possible
        """
        self._lock()
        on = on or fields.Date.context_today(self)
        self._check_can_reconfirm(on)
        values = self._prepare_reconfirm_values(name, function, statement)
        return self._make_move('reconfirm', values, on=on, evidence=evidence, reservations=reservations)

    # -- leaving -----------------------------------------------------------------------------------------------

    def _check_reason(self, reason, kind):
        if not reason or reason.kind != kind:
            raise UserError(self.env._("Choose a reason: it helps those who look back."))

    def _check_can_decline(self, reason, on):
        self._check_can_move('decline', on)
        self._check_reason(reason, 'decline')

    def _decline(self, reason, on=None):
        """The city says no. It never appears in the register; a later interest opens a new signature.

        :param reason: a ``scn.declaration.reason`` of the kind ``decline``
        """
        self._lock()
        on = on or fields.Date.context_today(self)
        self._check_can_decline(reason, on)
        return self._make_move('decline', {'declined_on': on, 'reason_id': reason.id}, on=on)

    def _check_can_withdraw(self, reason, on):
        self._check_can_move('withdraw', on)
        self._check_reason(reason, 'withdraw')

    def _withdraw(self, reason, on=None, evidence=None):
        """The city leaves. The register shows both dates.

        :param reason: a ``scn.declaration.reason`` of the kind ``withdraw``
        """
        self._lock()
        on = on or fields.Date.context_today(self)
        self._check_can_withdraw(reason, on)
        return self._make_move('withdraw', {'withdrawn_on': on, 'reason_id': reason.id}, on=on, evidence=evidence)

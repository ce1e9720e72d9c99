from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from .scn_declaration_signature import FACT_FIELDS, PERSONAL_FIELDS, SYSTEM_FIELDS
from .scn_declaration_signature_moves import DEFAULT_RATIFICATION_WEEKS
from .scn_declaration_stage import CLOSED_CATEGORIES

LOGGED_FIELDS = frozenset({*FACT_FIELDS, *PERSONAL_FIELDS, 'partner_id', 'version_id', 'reason_id', 'stage_id'})
#: Drags on the board that need no further facts.
PLAIN_MOVES = {('interest', 'review'): 'review', ('review', 'validation'): 'start_validation'}


class ScnDeclarationSignature(models.Model):
    """How a signature comes into being and what may be written on it: the rest is left to the moves."""

    _inherit = 'scn.declaration.signature'

    # -- from an earlier list ----------------------------------------------------------------------------------

    def _take_over(self, category, on, recorded=None, ratify_before=None, **statement):
        """Bring a new signature to where an earlier list had it: no mail, no evidence, one entry that says so.

        :param str category: interest, review, validation, provisional or signed
        :param on: day since which it is so
        :param recorded: day on which the earlier list had it; today if empty
        :raises UserError: for a signature that has moved already, or a category that no list can give
        """
        self.ensure_one()
        self._lock()
        signature = self.sudo()
        if signature.head_number != 1 or category in CLOSED_CATEGORIES:
            raise UserError(self.env._("%(city)s cannot be taken over from a list.", city=signature.partner_id.name))
        values = self._prepare_statement_values(
            statement.pop('signatory_name', None), statement.pop('signatory_function', None), statement
        )
        values.update(
            stage_id=self.sudo()._get_stage(category).id,
            recorded_on=recorded or on,
            date_last_stage_update=self._get_time_of(on),
        )
        if category in ('provisional', 'signed'):
            values.update(joined_on=on)
        if category == 'provisional':
            weeks = signature.ratification_weeks or DEFAULT_RATIFICATION_WEEKS
            values.update(
                provisional=True, ratification_needed=True, ratify_before=ratify_before or on + timedelta(weeks=weeks)
            )
        signature._write_facts(values)
        recorded_at = fields.Datetime.to_datetime(recorded) if recorded else None
        if category == 'interest':
            signature.status_ids.write({'recorded_at': recorded_at or fields.Datetime.now()})
        signature._set_status(category, signature.version_id, on, recorded_at=recorded_at)
        signature._append('import', details={'effective': fields.Date.to_string(on)})

    # -- creating and writing ----------------------------------------------------------------------------------

    def _check_system_fields(self, vals, allowed=frozenset()):
        """
        :raises AccessError: for what only moves set, whatever the user's rights
        """
        touched = (SYSTEM_FIELDS - allowed) & vals.keys()
        if touched and not self.env.su:
            raise AccessError(
                self.env._(
                    "These change by the moves of the signature, not by writing: %(fields)s.",
                    fields=", ".join(sorted(touched)),
                )
            )

    @api.model_create_multi
    def create(self, vals_list):
        """A signature starts in interest, with its first log entry. ``opened_on`` may lie in the past."""
        today = fields.Date.context_today(self)
        default = self.default_get(['declaration_id']).get('declaration_id')
        for vals in vals_list:
            self._check_system_fields(vals, frozenset({'partner_id', 'declaration_id', 'version_id', 'opened_on'}))
            vals['declaration_id'] = vals.get('declaration_id') or default
            self._prepare_opening_values(vals, today)
        self._check_none_live(vals_list)
        signatures = super().create(vals_list)
        for signature in signatures.sudo():
            signature._set_status('interest', signature.version_id, signature.opened_on)
            signature._append('open')
        return signatures

    @api.model
    def _check_none_live(self, vals_list):
        """The sentence before the database's own refusal; the unique index decides."""
        cities = [vals.get('partner_id') for vals in vals_list]
        live = self.sudo().search([('partner_id', 'in', cities), ('category', 'not in', CLOSED_CATEGORIES)])
        taken = {(signature.partner_id.id, signature.declaration_id.id): signature for signature in live}
        for vals in vals_list:
            pair = (vals.get('partner_id'), vals['declaration_id'])
            if pair in taken:
                raise ValidationError(
                    self.env._(
                        "%(city)s has a signature of this declaration under way already: open %(name)s.",
                        city=self.env['res.partner'].browse(pair[0]).name,
                        name=taken[pair].name or '',
                    )
                )
            taken[pair] = self

    def _prepare_opening_values(self, vals, today):
        """Fill in what a new signature starts with: reference, text, language, stage."""
        declaration = self.env['scn.declaration'].browse(vals['declaration_id'])
        if not vals.get('version_id'):
            vals['version_id'] = declaration.current_version_id.id
        if not vals['version_id']:
            raise UserError(
                self.env._("“%(name)s” has no published text yet: publish one first.", name=declaration.name)
            )
        stage = self.env['scn.declaration.stage'].browse(vals.get('stage_id'))
        if stage.category != 'interest':
            vals['stage_id'] = self._get_stage('interest').id
        if not vals.get('lang'):
            vals['lang'] = self.env['res.partner'].browse(vals.get('partner_id')).lang
        vals.setdefault('opened_on', today)
        if fields.Date.to_date(vals['opened_on']) > today:
            raise UserError(
                self.env._("%(day)s is still to come: enter it on that day or later.", day=vals['opened_on'])
            )
        vals.setdefault('date_last_stage_update', self._get_time_of(fields.Date.to_date(vals['opened_on'])))
        if vals.get('name', '/') == '/':
            vals['name'] = self.env['ir.sequence'].sudo().next_by_code('scn.declaration.signature') or '/'
        vals.setdefault('recorded_on', today)

    def write(self, vals):
        """Facts that officers correct leave an entry in the log; a drag on the board is the move it stands for."""
        self._check_system_fields(vals)
        vals = dict(vals)
        if 'stage_id' in vals:
            self._drag(self.env['scn.declaration.stage'].browse(vals['stage_id']))
        if not LOGGED_FIELDS & vals.keys():
            return super().write(vals)
        self._lock()
        before = {signature: signature._get_logged_values() for signature in self.sudo()}
        result = super().write(vals)
        for signature, values in before.items():
            changed = [name for name, value in signature._get_logged_values().items() if value != values[name]]
            if changed:
                signature._append('correct', details={'fields': sorted(changed)})
        return result

    def _get_logged_values(self):
        self.ensure_one()
        return {name: self[name] for name in LOGGED_FIELDS if name != 'stage_id'}

    def _drag(self, stage):
        """Make the moves that a new stage stands for; only those that need no further facts.

        :raises UserError: for any other: its button asks for what is needed
        """
        for signature in self:
            step = (signature.category, stage.category)
            if step[0] == step[1]:
                if signature.stage_id != stage:
                    signature.sudo()._write_facts({'date_last_stage_update': fields.Datetime.now()})
            elif step in PLAIN_MOVES:
                getattr(signature, f'_{PLAIN_MOVES[step]}')()
            else:
                raise UserError(
                    self.env._(
                        "%(city)s cannot be dragged to “%(stage)s”: open it and use its buttons, "
                        "which ask for what the log needs.",
                        city=signature.partner_id.name,
                        stage=stage.name,
                    )
                )

    def _write_facts(self, values):
        """Store what a move decided; its entry in the log is the caller's."""
        return super().write(values)  # pylint: disable=super-method-mismatch

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._("A signature is a record of what a city said. Decline or withdraw it; it is never deleted.")
        )

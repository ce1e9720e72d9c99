from odoo import api, fields, models

from ..models.scn_declaration_evidence_strength import EVIDENCE_KINDS
from ..move_rules import COMMITTING

#: Moves that staff enter with further facts; the plain ones have a button of their own.
ENTERED_MOVES = [
    ('validate', 'Note the political validation'),
    ('sign', 'Join'),
    ('join_provisionally', 'Join provisionally'),
    ('ratify', "Note the body's confirmation"),
    ('extend', 'Expect the decision later'),
    ('reconfirm', 'Reconfirm on the current text'),
    ('decline', 'Decline'),
    ('withdraw', 'Withdraw'),
    ('annul', 'Annul'),
]


class ScnDeclarationMove(models.TransientModel):
    """What staff enter for a move: who spoke for the city, when it took effect, and what shows it."""

    _name = 'scn.declaration.move'
    _description = 'Enter a Move of a Signature'

    signature_id = fields.Many2one('scn.declaration.signature', required=True, readonly=True, ondelete='cascade')
    partner_id = fields.Many2one(related='signature_id.partner_id')
    move = fields.Selection(ENTERED_MOVES, required=True, readonly=True)
    on = fields.Date(
        string="Took effect on",
        required=True,
        default=fields.Date.context_today,
        help="A late entry takes effect on its day; the register shows when it was recorded.",
    )
    signatory_name = fields.Char(string="Who speaks for the city")
    signatory_function = fields.Char(string="Function")
    publish_name = fields.Boolean(string="Name and function may be published")
    asks_evidence = fields.Boolean(compute='_compute_asks_evidence')
    strength_needed = fields.Integer(string="Strength needed", compute='_compute_asks_evidence')
    evidence_kind = fields.Selection(EVIDENCE_KINDS, string="Shown by")
    evidence_date = fields.Date(string="Date of the evidence")
    evidence_lang = fields.Selection(
        lambda self: self.env['scn.declaration.version.text']._get_languages(), string="Language of the evidence"
    )
    evidence_source = fields.Char(string="Source")
    evidence_file = fields.Binary(string="File", attachment=False)
    evidence_file_name = fields.Char()
    ratification_body = fields.Char(string="Body that decides")
    ratify_before = fields.Date(string="Decision expected by")
    reason_id = fields.Many2one('scn.declaration.reason')
    reason_kind = fields.Char(compute='_compute_asks_evidence')

    @api.depends('move', 'signature_id')
    def _compute_asks_evidence(self):
        targets = {'sign': 'signed', 'ratify': 'signed', 'join_provisionally': 'provisional', 'validate': 'validation'}
        for wizard in self:
            stage = wizard.signature_id.stage_id
            if wizard.move in targets and targets[wizard.move] != stage.category:
                stage = self.env['scn.declaration.signature']._get_stage(targets[wizard.move])
            wizard.asks_evidence = wizard.move in COMMITTING
            wizard.strength_needed = stage.minimum_strength
            wizard.reason_kind = wizard.move if wizard.move in ('decline', 'withdraw', 'annul') else False

    @api.model
    def default_get(self, names):
        values = super().default_get(names)
        signature = self.env['scn.declaration.signature'].browse(values.get('signature_id'))
        if signature:
            values.update(
                signatory_name=signature.signatory_name,
                signatory_function=signature.signatory_function,
                publish_name=signature.publish_name,
                ratification_body=signature.ratification_body,
                evidence_lang=signature.lang,
            )
        return values

    def _prepare_evidence_values(self):
        if not self.evidence_kind:
            return None
        return {
            'kind': self.evidence_kind,
            'date': self.evidence_date or self.on,
            'lang': self.evidence_lang,
            'source': self.evidence_source,
            'file': self.evidence_file,
            'file_name': self.evidence_file_name,
        }

    def _prepare_person(self):
        return {
            'name': self.signatory_name,
            'function': self.signatory_function,
            'evidence': self._prepare_evidence_values(),
            'on': self.on,
            'publish_name': self.publish_name,
        }

    def action_move(self):
        """Make the move.

        :raises UserError: when it is not possible; :raises AccessError: for anybody but officers, and managers to annul
        """
        self.ensure_one()
        signature = self.signature_id
        signature._check_officer()
        if self.move == 'annul':
            signature._check_manager()
            signature._annul(self.reason_id)
        elif self.move == 'extend':
            signature._extend(self.ratify_before, evidence=self._prepare_evidence_values())
        elif self.move == 'decline':
            signature._decline(self.reason_id, on=self.on)
        elif self.move == 'withdraw':
            signature._withdraw(self.reason_id, on=self.on, evidence=self._prepare_evidence_values())
        elif self.move == 'join_provisionally':
            body = {'ratification_body': self.ratification_body} if self.ratification_body else {}
            signature._join_provisionally(**self._prepare_person(), ratify_before=self.ratify_before, **body)
        else:
            getattr(signature, f'_{self.move}')(**self._prepare_person())
        return {'type': 'ir.actions.act_window_close'}

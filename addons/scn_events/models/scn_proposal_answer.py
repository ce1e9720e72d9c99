from odoo import fields, models


class ScnProposalAnswer(models.Model):
    """What a proposal says to a question. The question is kept in its words: it may change or go later."""

    _name = 'scn.proposal.answer'
    _description = 'Answer in a Proposal'
    _order = 'track_id, sequence, id'

    track_id = fields.Many2one('event.track', string="Proposal", required=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(related='track_id.company_id')
    sequence = fields.Integer()
    question = fields.Char(required=True, readonly=True)
    answer = fields.Text(readonly=True)

from datetime import timedelta

from odoo import api, fields, models

from odoo.addons.scn_partner import secret_code

#: Where the page behind the link stands. The code is in the fragment, which no server and no log sees.
PROPOSAL_URL = '/proposal'
#: How long after the event a link still opens the proposal.
DAYS_AFTER_EVENT = 30


class ScnProposalLink(models.Model):
    """A link by which somebody without an account sees the own proposal, confirms or withdraws it.

    The database keeps the code's hash only. Each mail carries a link of its own; all of them stay good, what can be
    done follows from where the proposal stands.
    """

    _name = 'scn.proposal.link'
    _description = 'Link to a Proposal'

    track_id = fields.Many2one('event.track', required=True, readonly=True, index=True, ondelete='cascade')
    code_hash = fields.Char(required=True, readonly=True)
    expires_on = fields.Datetime(required=True, readonly=True)

    _code_unique = models.Constraint('UNIQUE (code_hash)', "This code was given out already.")

    @api.model
    def _issue(self, proposal):
        """Make a link.

        :return: the code, which is nowhere else
        """
        code = secret_code.new_code(secret_code.LINK_LENGTH)
        self.sudo().create(
            {
                'track_id': proposal.id,
                'code_hash': secret_code.fingerprint(code),
                'expires_on': proposal.event_id.date_end + timedelta(days=DAYS_AFTER_EVENT),
            }
        )
        return code

    @api.model
    def _find(self, text):
        """The proposal of a pasted code or link.

        :return: ``event.track`` with the rights of the superuser, empty for a code that opens nothing
        """
        code = secret_code.read_code(text)
        proposals = self.env['event.track'].sudo()
        if not secret_code.is_well_formed(code, secret_code.LINK_LENGTH):
            return proposals
        link = self.sudo().search([('code_hash', '=', secret_code.fingerprint(code))])
        return link.track_id if link and link._get_expiry() > fields.Datetime.now() else proposals

    def _get_expiry(self):
        """Until when the link is good: an event that was postponed takes its links with it."""
        self.ensure_one()
        return max(self.expires_on, self.track_id.event_id.date_end + timedelta(days=DAYS_AFTER_EVENT))

    @api.autovacuum
    def _gc_expired(self):
        now = fields.Datetime.now()
        links = self.sudo().search([('expires_on', '<', now)])
        links.filtered(lambda link: link._get_expiry() < now).unlink()

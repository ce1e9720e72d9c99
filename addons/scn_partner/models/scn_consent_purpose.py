from odoo import api, fields, models

SCOPES = [('network', "Cities of the network"), ('public', "Anybody")]


class ScnConsentPurpose(models.Model):
    """What a person or an organisation may agree to: mails of a kind, or that something about them is published.

    A purpose is data; what is asked in its name stands in ``scn.consent.wording``, in versions. Mails that a contract
    or an act of the person needs (invoices, registrations, links) have no purpose: they ask for no consent.
    """

    _name = 'scn.consent.purpose'
    _description = 'Purpose of a Consent'
    _order = 'sequence, id'

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, copy=False, help="By which the suite names the purpose.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    kind = fields.Selection(
        [('mail', 'Mails'), ('publication', 'Publication')],
        required=True,
        default='mail',
        help="A publication has a scope: who may see it.",
    )
    subject = fields.Selection(
        [('person', 'Persons'), ('organisation', 'Organisations'), ('both', 'Persons and organisations')],
        string="Asked of",
        required=True,
        default='person',
    )
    description = fields.Text(translate=True, help="What it means, as people read it where they choose.")
    wording_ids = fields.One2many('scn.consent.wording', 'purpose_id', string="Wordings")

    _code_unique = models.Constraint('UNIQUE (code)', "Another purpose has this code.")

    @api.model
    def _get(self, code):
        """The purpose with this code.

        :raises ValueError: when there is none: a sending must name what it is for
        """
        purpose = self.sudo().with_context(active_test=False).search([('code', '=', code)])
        if not purpose:
            raise ValueError(f"No purpose of a consent has the code {code}")
        return purpose

    def _get_wording(self, company):
        """The wording in use for a body: its own latest one, else the latest of all bodies; may be empty."""
        self.ensure_one()
        wordings = self.sudo().wording_ids.filtered(lambda wording: wording.company_id in (company, company.browse()))
        return wordings.sorted(lambda wording: (bool(wording.company_id), wording.number))[-1:]

from odoo import fields, models


class ScnDeclarationVersion(models.Model):
    """One text of a declaration in all its languages. Once published it never changes."""

    _name = 'scn.declaration.version'
    _description = 'Version of a Declaration'
    _order = 'declaration_id, number desc'

    declaration_id = fields.Many2one(
        'scn.declaration', required=True, index=True, ondelete='restrict', string="Declaration"
    )
    company_id = fields.Many2one(related='declaration_id.company_id', store=True)
    name = fields.Char(required=True, help="How people call it, e.g. 2018.")
    number = fields.Integer(readonly=True, copy=False, help="1 for the first version.")
    state = fields.Selection(
        [('draft', 'Draft'), ('published', 'Published'), ('superseded', 'Superseded')],
        required=True,
        readonly=True,
        default='draft',
        copy=False,
        index=True,
    )
    published_on = fields.Date(
        copy=False, help="Day from which cities can join this text; today unless another day is filled in."
    )
    content_hash = fields.Char(
        string="Fingerprint",
        readonly=True,
        copy=False,
        help="SHA-256 over the canonical JSON of all languages: whoever has the text can compute it again.",
    )
    text_ids = fields.One2many('scn.declaration.version.text', 'version_id', string="Titles", copy=True)
    article_ids = fields.One2many('scn.declaration.article', 'version_id', string="Articles", copy=True)

    _number_unique = models.Constraint(
        'UNIQUE (declaration_id, number)', "There is a version with this number already."
    )

from odoo import api, fields, models


class ScnDeclarationArticle(models.Model):
    """One article of a version; its words are rows of their own, one per language."""

    _name = 'scn.declaration.article'
    _description = 'Article of a Declaration'
    _order = 'version_id, sequence, id'

    version_id = fields.Many2one('scn.declaration.version', required=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(related='version_id.company_id', store=True)
    sequence = fields.Integer(default=10)
    number = fields.Integer(required=True, default=1, help="As the text is cited, e.g. article 3.")
    text_ids = fields.One2many('scn.declaration.article.text', 'article_id', string="Texts", copy=True)

    _number_unique = models.Constraint('UNIQUE (version_id, number)', "There is an article with this number already.")
    _number_positive = models.Constraint('CHECK (number > 0)', "Articles are numbered from 1.")

    @api.depends('number', 'text_ids.title')
    @api.depends_context('lang')
    def _compute_display_name(self):
        for article in self:
            text = article._get_text(self.env.lang)
            article.display_name = f"{article.number}. {text.title or ''}".strip()

    def _get_text(self, lang):
        """The article's words in a language, else in the same tongue, else in English, else in any.

        :param str lang: code such as es_ES, or None
        :return: a ``scn.declaration.article.text`` record, empty when there is none
        """
        self.ensure_one()
        return self.text_ids._pick(lang)

    def init(self):
        """The database keeps the rows of a published version as they are, too."""
        self.env['scn.declaration.version']._fix_in_database('scn_declaration_article', 'version_id, number')

    @api.model
    def _check_parents_draft(self, vals_list):
        parents = [vals['version_id'] for vals in vals_list if vals.get('version_id')]
        self.env['scn.declaration.version'].browse(parents)._check_draft()

    @api.model_create_multi
    def create(self, vals_list):
        self._check_parents_draft(vals_list)
        return super().create(vals_list)

    def write(self, vals):
        self._check_parents_draft([vals])
        self.version_id._check_draft()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_published(self):
        self.version_id._check_draft()

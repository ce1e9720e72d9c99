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

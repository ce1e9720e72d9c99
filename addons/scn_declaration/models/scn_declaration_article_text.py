from odoo import api, fields, models

from .scn_declaration_version_text import pick_by_language


class ScnDeclarationArticleText(models.Model):
    """The words of an article in one language, as plain text."""

    _name = 'scn.declaration.article.text'
    _description = 'Article of a Declaration in one Language'
    _order = 'article_id, lang'

    article_id = fields.Many2one('scn.declaration.article', required=True, index=True, ondelete='cascade')
    version_id = fields.Many2one(related='article_id.version_id', store=True, index=True)
    company_id = fields.Many2one(related='article_id.company_id', store=True)
    lang = fields.Selection(
        lambda self: self.env['scn.declaration.version.text']._get_languages(), string="Language", required=True
    )
    title = fields.Char(required=True)
    body = fields.Text(required=True)

    _lang_unique = models.Constraint('UNIQUE (article_id, lang)', "The article stands in this language already.")

    def _pick(self, lang):
        """The record in a language, else in the same tongue, else in English, else any; empty for none."""
        return pick_by_language(self, lang)

    def init(self):
        """The database keeps the rows of a published version as they are, too."""
        self.env['scn.declaration.version']._fix_in_database(
            'scn_declaration_article_text', 'article_id, lang, title, body'
        )

    @api.model
    def _check_parents_draft(self, vals_list):
        parents = [vals['article_id'] for vals in vals_list if vals.get('article_id')]
        self.env['scn.declaration.article'].browse(parents).version_id._check_draft()

    @api.model_create_multi
    def create(self, vals_list):
        self._check_parents_draft(vals_list)
        return super().create(vals_list)

    def write(self, vals):
        self._check_parents_draft([vals])
        self.article_id.version_id._check_draft()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_published(self):
        self.article_id.version_id._check_draft()

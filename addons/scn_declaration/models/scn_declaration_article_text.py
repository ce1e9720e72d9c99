from odoo import fields, models

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

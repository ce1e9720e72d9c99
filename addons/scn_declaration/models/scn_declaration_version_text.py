from odoo import api, fields, models, tools


def pick_by_language(texts, lang):
    """The best record of several with a ``lang`` for a reader of ``lang``.

    :param texts: records with a ``lang`` such as es_ES
    :param str lang: the reader's, or None
    """
    tongue = (lang or '').split('_')[0]
    for fits in (
        lambda text: text.lang == lang,
        lambda text: text.lang.split('_')[0] == tongue,
        lambda text: text.lang.split('_')[0] == 'en',
    ):
        found = texts.filtered(fits)[:1]
        if found:
            return found
    return texts[:1]


class ScnDeclarationVersionText(models.Model):
    """Title and introduction of a version in one language."""

    _name = 'scn.declaration.version.text'
    _description = 'Title of a Declaration in one Language'
    _order = 'version_id, lang'

    version_id = fields.Many2one('scn.declaration.version', required=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(related='version_id.company_id', store=True)
    lang = fields.Selection(lambda self: self._get_languages(), string="Language", required=True)
    title = fields.Char(required=True)
    introduction = fields.Text()

    _lang_unique = models.Constraint('UNIQUE (version_id, lang)', "The title stands in this language already.")

    @tools.ormcache(cache='stable')
    def _get_languages(self):
        """Every language Odoo knows, installed or not: a text may exist in a language nobody works in.

        Odoo clears the cache when a language changes.
        """
        every = self.env['res.lang'].sudo().with_context(active_test=False)
        return [(lang.code, lang.name) for lang in every.search([], order='name')]  # pylint: disable=no-search-all

    def _pick(self, lang):
        """The record in a language, else in the same tongue, else in English, else any; empty for none."""
        return pick_by_language(self, lang)

    def init(self):
        """The database keeps the rows of a published version as they are, too."""
        self.env['scn.declaration.version']._fix_in_database(
            'scn_declaration_version_text', 'version_id, lang, title, introduction'
        )

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

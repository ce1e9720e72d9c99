from odoo import api, models

#: How the document calls what an erasure does.
ERASURES = {
    'delete': "goes",
    'blank': "stays without the person",
    'special': "goes, or stays without the person",
    'keep': "stays by law",
}


class ScnPersonalData(models.AbstractModel):
    """The part of ``docs/privacy.md`` that is made from the register, so that it cannot go stale."""

    _inherit = 'scn.personal.data'

    @api.model
    def _render_reference(self):
        """The register and the retention rules as Markdown, in English.

        :return: str that ends with a line break
        """
        data = self.sudo().with_context(lang='en_US')
        lines = [
            "| What (model) | Fields | Why | How long | Who sees it | At an erasure |",
            "|---|---|---|---|---|---|",
        ]
        for declared in sorted(data._get_declarations(), key=lambda declared: declared.model):
            title = data.env['ir.model']._get(declared.model).name or declared.model
            names = sorted({*declared.fields, *declared.contact, *declared.user})
            erasure = ERASURES[declared.erasure] + (f". {declared.basis}" if declared.basis else "")
            cells = (
                f"{title} (`{declared.model}`)",
                ", ".join(f"`{name}`" for name in names) or "–",
                str(declared.why),
                str(declared.kept),
                str(declared.seen_by),
                erasure,
            )
            lines.append(f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |")
        lines += ["", "Texts in which staff may name somebody, looked through at each erasure:", ""]
        texts = {declared.model: declared.free_text for declared in data._get_declarations() if declared.free_text}
        for model, names in sorted({**texts, **data._get_free_texts()}.items()):
            lines.append(f"* `{model}`: {', '.join(f'`{name}`' for name in names)}")
        lines += ["", "What the daily job lets go, after the days under *How long things are kept*:", ""]
        for rule in data.env['scn.retention'].with_context(active_test=False).search([]):  # pylint: disable=no-search-all
            lines.append(f"* {rule.name}: {rule.description}")
        return "\n".join(lines) + "\n"

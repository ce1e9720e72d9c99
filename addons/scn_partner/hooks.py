"""What installing and uninstalling do beyond loading data.

Odoo's ``partnership`` brings three grades of its own (Gold, Silver, Bronze). Where nobody uses them, the
tiers of the network take their place: they are archived, never deleted, and come back on uninstall.
"""

ARCHIVED_GRADES_PARAMETER = 'scn_partner.archived_grade_ids'
DEFAULT_GRADE_XML_IDS = (
    'partnership.res_partner_grade_data_gold',
    'partnership.res_partner_grade_data_silver',
    'partnership.res_partner_grade_data_bronze',
)


def post_init_hook(env):
    """Archive Odoo's default grades when no contact and no product uses one of them; remember which."""
    grades = env['res.partner.grade'].browse()
    for xml_id in DEFAULT_GRADE_XML_IDS:
        grades |= env.ref(xml_id, raise_if_not_found=False) or grades
    if not grades:
        return
    used_by_partner = (
        env['res.partner']
        .with_context(active_test=False)
        .search_count(
            [('grade_id', 'in', grades.ids)],
            limit=1,
        )
    )
    used_by_product = (
        env['product.template']
        .with_context(active_test=False)
        .search_count(
            [('grade_id', 'in', grades.ids)],
            limit=1,
        )
    )
    if used_by_partner or used_by_product:
        return
    grades.active = False
    env['ir.config_parameter'].sudo().set_param(
        ARCHIVED_GRADES_PARAMETER,
        ','.join(str(grade_id) for grade_id in grades.ids),
    )


def uninstall_hook(env):
    """Bring back the grades that ``post_init_hook`` archived."""
    parameters = env['ir.config_parameter'].sudo()
    archived = parameters.get_param(ARCHIVED_GRADES_PARAMETER) or ''
    grade_ids = [int(grade_id) for grade_id in archived.split(',') if grade_id]
    env['res.partner.grade'].browse(grade_ids).exists().active = True
    parameters.search([('key', '=', ARCHIVED_GRADES_PARAMETER)]).unlink()

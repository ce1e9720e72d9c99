def migrate(cr, version):
    """The page “Our city” consists of blocks now: what changed its old structure is made anew."""
    cr.execute("DELETE FROM ir_ui_view WHERE key = 'scn_partner.portal_city_leaving'")
    cr.execute(
        "DELETE FROM ir_model_data WHERE module = 'scn_partner' AND name = 'portal_city_leaving' AND model = 'ir.ui.view'"
    )

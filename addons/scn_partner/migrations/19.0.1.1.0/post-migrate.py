def migrate(cr, version):
    """Mandates that ended before the daily job knew them are history: nothing of them is handed over any more."""
    cr.execute("UPDATE scn_contact_role SET handed_over_on = date_end + 1 WHERE date_end < CURRENT_DATE")

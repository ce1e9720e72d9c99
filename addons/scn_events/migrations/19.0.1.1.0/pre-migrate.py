def migrate(cr, version):
    """The event coordinator is the city's coordinator now, a role of every addon (see ``RIGHTS`` in scn_partner)."""
    cr.execute("UPDATE scn_contact_role SET role = 'coordinator' WHERE role = 'event_coordinator'")

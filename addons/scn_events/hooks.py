"""What installing does beyond loading data."""

ASYNC_PARAMETER = 'event.event_mail_async'


def post_init_hook(env):
    """Mail leaves in the background, and links to online rooms move out of the public field."""
    env['ir.config_parameter'].sudo().set_param(ASYNC_PARAMETER, 'True')
    events = env['event.event'].with_context(active_test=False).search([('event_url', '!=', False)])
    for event in events.filtered('event_url'):
        event.write({'event_url': event.event_url})

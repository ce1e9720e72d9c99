{
    'name': 'Sharing Cities: Partners, orders beside events',
    'summary': 'Orders open for finance where Odoo’s event sales are installed',
    'version': '19.0.1.0.0',
    'category': 'Sales/CRM',
    'author': 'Sharing Cities suite contributors',
    'license': 'LGPL-3',
    'depends': ['scn_partner', 'event_sale'],
    'auto_install': True,
}

{
    'name': 'Sharing Cities: Declaration',
    'summary': 'Who has joined which text of a declaration, as of which day, with a log anyone can check',
    'version': '19.0.1.0.0',
    'category': 'Sales/CRM',
    'author': 'Sharing Cities suite contributors',
    'license': 'LGPL-3',
    'depends': ['scn_partner', 'website'],
    'data': [
        'security/ir.model.access.csv',
        'security/rules.xml',
        'data/scn_declaration_data.xml',
        'views/scn_declaration_signature_views.xml',
        'views/scn_declaration_views.xml',
        'views/menus.xml',
    ],
    'demo': [],
    'application': False,
}

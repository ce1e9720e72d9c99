{
    'name': 'Sharing Cities: Partners, electronic invoices',
    'summary': 'Invoices of partnerships as UBL or Peppol, with the city’s references and none that are made up',
    'version': '19.0.1.0.0',
    'category': 'Sales/CRM',
    'author': 'Sharing Cities suite contributors',
    'license': 'LGPL-3',
    'depends': ['scn_partner', 'account_edi_ubl_cii'],
    'data': [
        'views/res_partner_views.xml',
    ],
    'auto_install': True,
}

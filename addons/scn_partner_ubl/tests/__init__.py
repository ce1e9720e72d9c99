from . import test_ubl_invoice

from . import opening_import
from . import partnership_upgrade
from . import signup_accept
from . import signup_reject
from . import signup_merge
from . import sync_key

from . import digest_check
from . import move
from . import link_send
from . import opening_import
from . import ceremony

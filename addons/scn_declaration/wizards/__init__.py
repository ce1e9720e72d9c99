from . import digest_check
from . import move
from . import link_send

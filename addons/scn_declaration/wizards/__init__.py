from . import digest_check
from . import move

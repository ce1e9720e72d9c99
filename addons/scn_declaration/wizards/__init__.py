from . import digest_check

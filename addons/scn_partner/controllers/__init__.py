from . import portal
from . import stop

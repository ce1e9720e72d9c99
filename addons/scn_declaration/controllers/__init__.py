from . import digest
from . import act
from . import certificate
from . import portal
from . import register

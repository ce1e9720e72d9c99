from . import call
from . import event
from . import portal
from . import visits

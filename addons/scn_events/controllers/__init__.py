from . import event
from . import portal

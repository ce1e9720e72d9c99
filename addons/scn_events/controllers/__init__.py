from . import call
from . import calendar_feed
from . import event
from . import portal
from . import visits
from . import programme
from . import recordings

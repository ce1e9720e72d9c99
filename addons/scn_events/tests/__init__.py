from . import test_access
from . import test_delegation
from . import test_event
from . import test_gate
from . import test_hold
from . import test_waiting
from . import test_tours
from . import test_translations

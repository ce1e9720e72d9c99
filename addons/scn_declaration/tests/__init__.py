from . import test_access
from . import test_moves
from . import test_verify
from . import test_demo
from . import test_digest
from . import test_link
from . import test_register
from . import test_network

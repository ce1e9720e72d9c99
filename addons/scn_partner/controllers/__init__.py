from . import people
from . import portal
from . import quotation
from . import privacy
from . import stop

from . import mailing_list
from . import mailing_subscription

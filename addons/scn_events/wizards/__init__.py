from . import appointment_cancel
from . import call_announce
from . import topic_merge
from . import trip_proposal
from . import scn_event_programme_publish

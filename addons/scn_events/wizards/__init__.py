from . import appointment_cancel

"""Who lost the race for a seat waits for its turn instead of racing again."""

from psycopg2 import errors, extensions

#: First half of the advisory locks' keys: events with limited seats.
EVENT_QUEUE = 0x5C0E
MAX_TRIES = 5


def in_turn(env, event_id, step):
    """Do a step of a request; after a serialization failure again, with a fresh snapshot and in turn.

    The framework repeats a request five times after a random pause. Where many want the last seats of an event and
    the machine is slow, five times may not be enough, and the last ones would see an error page. So whoever lost
    queues for this event: the queue is a lock of the session, taken between two transactions and let go when the
    request's transaction ends. Nobody holds anything else while it waits, so nobody waits for one another.

    :param step: called without arguments, at most ``MAX_TRIES`` times; neither commits nor rolls back
    :return: what the step returned
    :raises psycopg2.errors.SerializationFailure: when none of the tries went through; the framework repeats it then
    """
    for attempt in range(1, MAX_TRIES + 1):
        try:
            return step()
        except errors.SerializationFailure:
            if attempt == MAX_TRIES:
                raise
            # lets go of the place in the queue, too
            env.cr.rollback()
            env.transaction.reset()
            _queue(env.cr, event_id)
    return None


def _queue(cr, event_id):
    """Wait for the turn; what follows begins with a fresh snapshot."""
    key = (EVENT_QUEUE, event_id)
    cr.execute("SELECT pg_advisory_lock(%s, %s)", key)
    # the lock belongs to the session and outlives the snapshot in which it was waited for
    cr.rollback()

    def leave():
        # a cursor that closes rolls back when only its connection is left, so that is what is asked
        connection = cr._cnx
        is_idle = connection.info.transaction_status == extensions.TRANSACTION_STATUS_IDLE
        with connection.cursor() as asking:
            asking.execute("SELECT pg_advisory_unlock(%s, %s)", key)
        if is_idle:
            # nothing stays open in a connection that goes back to the pool
            connection.rollback()

    # one of them runs: a commit forgets what a rollback would do, and the other way round
    cr.postcommit.add(leave)
    cr.postrollback.add(leave)

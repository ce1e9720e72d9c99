from .models.scn_partnership_billing import MAX_TRIES, RETRY_ERRORS


def with_fresh_snapshot(env, step, *arguments):
    """Do one step of a job; after a serialization failure again with a fresh snapshot, because ``ir.cron`` does not.

    The step reads what it works on by itself: what was read before belongs to the snapshot that was given up.

    :param step: called with the arguments, at most ``MAX_TRIES`` times; writes, and does not commit
    :return: what the step returned
    :raises psycopg2.Error: the last failure, when none of the tries went through
    """
    for attempt in range(1, MAX_TRIES + 1):
        try:
            done = step(*arguments)
            env.cr.flush()
            return done
        except RETRY_ERRORS:
            env.cr.rollback()
            env.transaction.reset()
            if attempt == MAX_TRIES:
                raise
    return None

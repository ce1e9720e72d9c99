"""Who lost the race for a seat waits for its turn, and lets go of it when its transaction ends."""

from types import SimpleNamespace
from unittest.mock import MagicMock, Mock, call

from psycopg2 import errors

from odoo.sql_db import db_connect
from odoo.tests import TransactionCase, tagged
from odoo.tools.misc import Callbacks

from ..seat_queue import EVENT_QUEUE, MAX_TRIES, _queue, in_turn

TAKE = call("SELECT pg_advisory_lock(%s, %s)", (EVENT_QUEUE, 7))
LEAVE = call("SELECT pg_advisory_unlock(%s, %s)", (EVENT_QUEUE, 7))


@tagged('post_install', '-at_install')
class TestSeatQueue(TransactionCase):
    def setUp(self):
        super().setUp()
        cursor = Mock(postcommit=Callbacks(), postrollback=Callbacks(), _cnx=MagicMock())
        cursor._cnx.cursor.return_value.__enter__.return_value = cursor
        cursor.rollback.side_effect = lambda: (cursor.postcommit.clear(), cursor.postrollback.run())
        self.cursor, self.fake = cursor, SimpleNamespace(cr=cursor, transaction=Mock())

    def test_who_wins_at_once_waits_for_nobody(self):
        self.assertEqual(in_turn(self.fake, 7, lambda: 'seat'), 'seat')
        self.assertEqual(self.cursor.execute.call_args_list, [])

    def test_who_lost_queues_and_leaves_with_the_commit(self):
        step = Mock(side_effect=[errors.SerializationFailure, 'seat'])
        self.assertEqual(in_turn(self.fake, 7, step), 'seat')
        self.assertEqual(self.cursor.execute.call_args_list, [TAKE])
        self.cursor.postcommit.run()
        self.assertEqual(self.cursor.execute.call_args_list, [TAKE, LEAVE])

    def test_or_with_the_rollback(self):
        step = Mock(side_effect=[errors.SerializationFailure, ValueError])
        with self.assertRaises(ValueError):
            in_turn(self.fake, 7, step)
        self.cursor.rollback()
        self.assertEqual(self.cursor.execute.call_args_list, [TAKE, LEAVE])
        self.assertFalse(len(self.cursor.postcommit))

    def test_not_for_ever(self):
        step = Mock(side_effect=errors.SerializationFailure)
        with self.assertRaises(errors.SerializationFailure):
            in_turn(self.fake, 7, step)
        self.assertEqual(step.call_count, MAX_TRIES)
        self.cursor.rollback()
        self.assertEqual(self.cursor.execute.call_args_list, [TAKE, LEAVE] * (MAX_TRIES - 1))

    def test_a_cursor_that_is_closed_lets_go_too(self):
        database, key = db_connect(self.env.cr.dbname), (EVENT_QUEUE, 2**31 - 1)
        # opened first, so that it is another session than the one that queued
        with database.cursor() as other:
            queued = database.cursor()
            _queue(queued, key[1])
            other.execute("SELECT pg_try_advisory_lock(%s, %s)", key)
            self.assertEqual(other.fetchone(), (False,))
            queued.close()
            other.execute("SELECT pg_try_advisory_lock(%s, %s)", key)
            self.assertEqual(other.fetchone(), (True,))
            other.execute("SELECT pg_advisory_unlock(%s, %s)", key)

# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`Asking`: requests on their way to the services of one node, and what becomes of each.

A request goes out as soon as its service is there, gets its joint names from the node where the
user gave none, and ends with an answer, or with an error when its time is over.
"""

from __future__ import annotations

import dataclasses
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from rclpy.callback_groups import ReentrantCallbackGroup
from rclpy.client import Client
from rclpy.clock import Clock, ClockType
from rclpy.exceptions import InvalidHandle
from rclpy.executors import ExternalShutdownException
from rclpy.node import Node
from rclpy.task import Future
from rclpy.timer import Timer

from learned_ik.errors import NoAnswerError
from learned_ik.ros.client.filling import Naming
from learned_ik.ros.client.spinning import SLICE, Spinning
from learned_ik.ros.qos import SERVICES
from learned_ik.serving.requests_and_answers import ErrorCode
from learned_ik_interfaces.srv import GetIK

LOOK = 0.05  # [s], between two looks at requests whose time may be over
SOON = 0.005  # [s], the same, while a service is not there yet

Reply = TypeVar('Reply')


@dataclasses.dataclass(eq=False, slots=True)
class Exchange:
    """One request, until it is answered."""

    service: Client
    request: Any
    read: Callable[[Any], Any]  # the response, as users get it
    naming: Sequence[Naming]  # put joint names into the request
    patience: float  # [s]
    until: float  # [s], on `time.monotonic`
    answer: Future = dataclasses.field(default_factory=Future)
    sent: Future | None = None  # the response that is waited for; of another request: see `_send`


class Asking:
    """Asks the services of one `ik_node`, for a node of the user's."""

    def __init__(self, node: Node, name: str, joint_names: Sequence[str], patience: float) -> None:
        """Find the services of the node `name`, of which `joint_names` may be known."""
        self._node, self._name, self.patience = node, name, patience
        self._group = ReentrantCallbackGroup()  # answers come in whatever else is going on
        self._given, self.joint_names = tuple(joint_names), tuple(joint_names)
        self._open: set[Exchange] = set()
        self._lock = threading.RLock()
        self._here = threading.local()  # `waits`: whether this thread looks after its requests
        self._timer: Timer | None = None
        self.spinning = Spinning(node)
        self._get_ik = self.service(GetIK, 'get_ik')

    def service(self, kind: Any, name: str) -> Client:
        """Return a client of one of the node's services."""
        return self._node.create_client(
            kind, f'{self._name}/{name}', qos_profile=SERVICES, callback_group=self._group
        )

    def ask(
        self,
        service: Client,
        request: Any,
        read: Callable[[Any], Any],
        naming: Sequence[Naming],
        search: float,
    ) -> Future:
        """Send a request as soon as that can be; return a future of the answer.

        Args:
            service: whom to ask.
            request: what.
            read: turns a response into the answer.
            naming: put joint names into the request, once they are known.
            search: [s], how long the node may search, which counts on top of the patience.

        """
        patience = self.patience + max(0.0, search)
        exchange = Exchange(service, request, read, naming, patience, time.monotonic() + patience)
        with self._lock:
            self._open.add(exchange)
        self._send(exchange)
        if not getattr(self._here, 'waits', False):
            self._watch()
        return exchange.answer

    def wait(self, ask: Callable[[], Future[Reply]]) -> Reply:
        """Call what asks, and return the answer when it is there.

        Raises:
            DeadlockError: called in a callback of the thread that spins the node.
            NoAnswerError: none in time.
            ExternalShutdownException: ROS was shut down meanwhile.

        """
        self.spinning.check()
        self._here.waits = True
        try:
            answer = ask()
        finally:
            self._here.waits = False
        done = threading.Event()
        answer.add_done_callback(lambda _: done.set())
        try:
            self.spinning.until(done, self._look)
        except InvalidHandle as error:
            if self._node.context.ok():
                raise  # the node was destroyed
            raise ExternalShutdownException from error
        finally:
            if not done.is_set():
                self._drop(answer)
        reply: Any = answer.result()
        return reply

    def wait_for_services(self, services: Sequence[Client], patience: float) -> None:
        """Wait until all of some services are there; this needs no messages.

        Raises:
            NoAnswerError: one of them is not, after so long [s].

        """
        until = time.monotonic() + patience
        for service in services:
            while not service.service_is_ready():
                if time.monotonic() >= until or not self._node.context.ok():
                    raise absent(service, patience)
                time.sleep(SOON)

    def close(self) -> None:
        """Forget every request, and leave the services."""
        with self._lock:
            left, self._open = list(self._open), set()
            timer, self._timer = self._timer, None
        for exchange in left:
            exchange.answer.cancel()
        if timer is not None:
            self._node.destroy_timer(timer)
        self.spinning.close()

    def _send(self, exchange: Exchange) -> None:
        """Send a request, unless its service is not there yet, or it has been sent."""
        with self._lock:
            if exchange not in self._open or exchange.sent is not None:
                return
            if exchange.naming and not self.joint_names:
                self._ask_for_names(exchange)
                return
            if not exchange.service.service_is_ready():
                return
            try:
                for name in exchange.naming:
                    name(self.joint_names)
                exchange.sent = exchange.service.call_async(exchange.request)
            except Exception as error:
                exchange.sent, reason = Future(), error
            else:
                exchange.sent.add_done_callback(lambda sent: self._receive(exchange, sent))
                return
        self._end(exchange, error=reason)

    def _ask_for_names(self, exchange: Exchange) -> None:
        """Ask for any pose: the answer has the joint names, reached or not."""
        if not self._get_ik.service_is_ready():
            return
        request = GetIK.Request(collisions=GetIK.Request.IGNORE)
        request.pose.pose.orientation.w = 1.0
        request.timeout.nanosec = 1_000_000

        def named(sent: Future) -> None:
            with self._lock:
                if exchange.sent is not sent:
                    return
                self._learn(sent.result())
                # Of a node that tells none, the answer to the request itself will say why.
                unnamed = not self.joint_names
                if unnamed:
                    exchange.naming = ()
                exchange.sent = None
            self._send(exchange)

        exchange.sent = self._get_ik.call_async(request)
        exchange.sent.add_done_callback(named)

    def _receive(self, exchange: Exchange, sent: Future) -> None:
        try:
            response = sent.result()
            self._learn(response)
            answer = exchange.read(response)
        except Exception as error:
            self._end(exchange, error=error)
        else:
            self._end(exchange, answer)

    def _learn(self, response: Any) -> None:
        """Take from a response the names of the joints; forget those that do not fit."""
        if self._given:
            return
        for part in ('joint_state', 'trajectory', None):
            place = response if part is None else getattr(response, part, None)
            names = getattr(place, 'name', None) or getattr(place, 'joint_names', None)
            if names:
                self.joint_names = tuple(names)
                return
        if response.error_code == ErrorCode.INVALID_ROBOT_STATE:  # another arm may be served now
            self.joint_names = ()

    def _end(self, exchange: Exchange, answer: Any = None, error: Exception | None = None) -> None:
        """Give an answer to whoever waits, or an error; once."""
        with self._lock:
            if exchange not in self._open:
                return
            self._open.discard(exchange)
        if exchange.answer.cancelled():
            return
        if error is None:
            exchange.answer.set_result(answer)
        else:
            exchange.answer.set_exception(error)

    def _look(self) -> float:
        """Send what can be sent now, end what is over; return how soon to look again [s]."""
        with self._lock:
            exchanges, now = list(self._open), time.monotonic()
        for exchange in exchanges:
            self._send(exchange)
            if now >= exchange.until or exchange.answer.cancelled():
                self._give_up(exchange)
        with self._lock:
            waiting = any(exchange.sent is None for exchange in self._open)
            left = min((exchange.until for exchange in self._open), default=now + SLICE) - now
        return max(0.0, min(left, SOON if waiting else SLICE))

    def _drop(self, answer: Future) -> None:
        """Forget a request for whose answer nobody waits any more."""
        with self._lock:
            dropped = [exchange for exchange in self._open if exchange.answer is answer]
            self._open.difference_update(dropped)
        for exchange in dropped:
            self._expect_no_more(exchange)
        answer.cancel()

    def _give_up(self, exchange: Exchange) -> None:
        self._expect_no_more(exchange)
        if exchange.sent is None:
            error = absent(exchange.service, exchange.patience)
        else:
            error = NoAnswerError(
                f"no answer from '{exchange.service.srv_name}' within {exchange.patience:g} s: "
                'the node has ended or is busy, or nothing spins the node that asks'
            )
        self._end(exchange, error=error)

    def _watch(self) -> None:
        """Have the node's executor look after requests: nobody waits for them."""
        with self._lock:
            if self._timer is None:
                self._timer = self._node.create_timer(
                    LOOK, self._look_or_rest, callback_group=self._group,
                    clock=Clock(clock_type=ClockType.STEADY_TIME),
                )  # fmt: skip
            elif self._timer.is_canceled():
                self._timer.reset()
                if self._node.executor is not None:
                    self._node.executor.wake()

    def _expect_no_more(self, exchange: Exchange) -> None:
        """Let rclpy forget a request: what it is still answered, is thrown away."""
        if exchange.sent is not None:
            for service in (exchange.service, self._get_ik):
                service.remove_pending_request(exchange.sent)

    def _look_or_rest(self) -> None:
        self._look()
        with self._lock:
            if not self._open and self._timer is not None:
                self._timer.cancel()


def absent(service: Client, patience: float) -> NoAnswerError:
    """Return the error that says that a service is not there."""
    return NoAnswerError(
        f"no service '{service.srv_name}' within {patience:g} s; expected a node that runs, and "
        'is configured: ros2 run learned_ik ik_node'
    )

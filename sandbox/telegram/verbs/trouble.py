"""Making things go wrong."""

from __future__ import annotations

from sandbox.telegram.faults import ANY, Fault, FaultKind, error_of
from sandbox.telegram.verbs.places import Places


class Trouble(Places):
    """Faults. `method`: a Bot API method in any case, `*` for every one; `times` None: always."""

    def fail(
        self, method: str = ANY, times: int | None = 1, code: int = 500,
        description: str | None = None, retry_after: int | None = None,
    ) -> None:  # fmt: skip
        """The next calls are refused with this answer and change nothing."""
        self.world.faults.add(
            Fault("fail", method, times, error=error_of(code, description, retry_after))
        )

    def delay(self, seconds: float, method: str = ANY, times: int | None = None) -> None:
        """Calls are accepted at once and answered late."""
        self.world.faults.add(Fault("delay", method, times, seconds=seconds))

    def cut_before(self, method: str = ANY, times: int | None = 1) -> None:
        """The connection is reset and nothing has happened."""
        self._switch("cut_before", method, times)

    def cut_after(self, method: str = ANY, times: int | None = 1) -> None:
        """The connection is reset, but the call was accepted: the message exists."""
        self._switch("cut_after", method, times)

    def hold(self, method: str = ANY, times: int | None = None) -> None:
        """Calls are read and wait, not accepted, until `release`; `wait_for_held` sees them."""
        self._switch("hold", method, times)

    def _switch(self, kind: FaultKind, method: str, times: int | None) -> None:
        self.world.faults.add(Fault(kind, method, times))

    def release(self, accept: bool = True) -> int:
        """Ends every hold; what was held is accepted, even of clients that died, or is dropped."""
        return self.world.faults.release(accept=accept)

    def go_down(self) -> None:
        """Every Bot API connection is reset, waiting polls too; `/sandbox/…` goes on."""
        self.world.faults.down = True
        self.world.updates.interrupt("the server is down")
        self.world.faults.release(accept=False)

    def come_up(self) -> None:
        self.world.faults.down = False

    def clear_faults(self) -> None:
        """Everything works again; what is held is accepted."""
        self.world.faults.clear()

    def revoke_token(self) -> None:
        """From now on the token is a 401, as after /revoke at BotFather."""
        self.world.token_revoked = True
        self.world.updates.interrupt("terminated by revocation of the token")

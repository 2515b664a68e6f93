"""The same scenarios with users who wait for their answers: `locust -f clients/loadtest/locustfile.py`.

The host is checked as the open-loop driver does; `--i-own-this-host` allows another machine. Names of the user classes
choose scenarios: `locust -f clients/loadtest/locustfile.py Interactive --host http://127.0.0.1:8000`.
"""

import itertools
import os
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from locust import HttpUser, constant, events, task  # noqa: E402

from clients.loadtest.open_loop import whole  # noqa: E402
from clients.loadtest.scenarios import SCENARIOS, Scenario  # noqa: E402
from clients.loadtest.target import check_target  # noqa: E402

NUMBERS = itertools.count()


@events.init_command_line_parser.add_listener
def _arguments(parser: Any) -> None:
    parser.add_argument("--i-own-this-host", action="store_true", help="allow a host that is not this machine")


@events.test_start.add_listener
def _checked(environment: Any, **_: object) -> None:
    try:
        check_target(environment.host or "", owned=environment.parsed_options.i_own_this_host)
    except ValueError as error:
        sys.stderr.write(f"loadtest: {error}\n")
        environment.process_exit_code = 2
        environment.runner.quit()


class _User(HttpUser):
    abstract = True
    scenario: Scenario

    def on_start(self) -> None:
        """Reads what the model can do."""
        key = os.environ.get("COSMICMAN_API_KEY")
        self.client.trust_env = False
        if key is not None:
            self.client.headers["Authorization"] = f"Bearer {key}"
        self.model = self.client.get("/model").json()

    @task
    def generate(self) -> None:
        """One request; its status and its whole answer are asserted."""
        request = self.scenario.make(next(NUMBERS), self.model)
        with self.client.post(
            "/generate",
            json=dict(request.body),
            headers={"Accept": request.accept},
            timeout=request.patience_seconds or 600,
            name=self.scenario.name,
            catch_response=True,
        ) as answer:
            if answer.status_code == 0 and request.patience_seconds is not None:
                answer.success()  # it left, as it meant to
            elif answer.status_code not in self.scenario.allowed:
                answer.failure(f"status {answer.status_code}")
            elif answer.status_code == 200 and not whole(request.accept, answer.content):
                answer.failure("200 without a finished picture")
            elif answer.status_code != 200 and "Retry-After" not in answer.headers:
                answer.failure(f"{answer.status_code} without Retry-After")
            else:
                answer.success()


def _user(name: str, scenario: str) -> type[_User]:
    chosen = SCENARIOS[scenario]
    return type(name, (_User,), {"scenario": chosen, "wait_time": constant(chosen.think_seconds), "abstract": False})


Catalogue = _user("Catalogue", "catalogue")
Interactive = _user("Interactive", "interactive")
Mixed = _user("Mixed", "mixed")
CancelHappy = _user("CancelHappy", "cancel-happy")
Overload = _user("Overload", "overload")

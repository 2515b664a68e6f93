"""What survives what: gateways that are killed, stopped, or end by a job; jobs finish once all the same."""

import signal
from typing import Any

import pytest

from tests.thorough import few_or

DRESS = {"description": "a woman in a red dress", "seed": 7}
QUICK = {"job_lease_seconds": 1}


@pytest.mark.slow
def test_twenty_accepted_jobs_survive_kill_9_and_none_is_done_twice(where: Any, processes: Any) -> None:
    words = ("a woman in a red dress", "a man in a blue coat", "a girl with a green hat", "a boy in white shorts")
    bodies = [{"description": words[number % 4], "steps": 2, "seed": number} for number in range(20)]
    settings = {**where, **QUICK, "max_running": 2}
    with processes.gateway(*processes.FIGURINE, **settings) as first:
        ids = [first.post(body) for body in bodies]
        first.wait(lambda: sum(first.job(each)["status"] == "finished" for each in ids) >= 3)
        states = {each: first.job(each)["status"] for each in ids}
        first.kill()
    assert {"finished", "queued"} <= set(states.values()), states
    with processes.gateway(*processes.FIGURINE, **settings) as second:
        assert second.ended(*ids) == ["finished"] * 20
        assert [second.events(each).count("finished") for each in ids] == [1] * 20
        for job_id, body in list(zip(ids, bodies, strict=True))[:: few_or(4, 1)]:
            picture = second.client.get(second.job(job_id)["images"][0]["url"]).content
            drawn = second.client.post("/generate", json=body, headers={"Accept": "image/png"}).content
            assert picture == drawn
        again = [each for each in ids if second.job(each)["attempts"] > 1]
        assert len(again) <= 2
        assert "finished" not in {states[each] for each in again}


def test_another_replica_sees_cancels_and_takes_over(redis_server: Any, processes: Any) -> None:
    settings = {"redis": redis_server.url, **QUICK}
    with processes.gateway(*processes.RECTANGLES, "--closed", **settings, max_running=2) as stuck:
        ids = [stuck.post(DRESS | {"seed": seed}) for seed in range(6)]
        stuck.wait(lambda: sum(stuck.job(each)["status"] == "running" for each in ids) >= 1)
        with processes.gateway(*processes.RECTANGLES, **settings) as other:
            held = [each for each in ids if other.job(each)["status"] == "running"]
            other.wait(lambda: sum(other.job(each)["status"] == "finished" for each in ids) >= 4)
            held = [each for each in ids if other.job(each)["status"] == "running"]
            assert 1 <= len(held) <= 2
            extra = stuck.post(DRESS)
            assert other.ended(extra) == ["finished"]
            answer = other.client.delete(f"/jobs/{held[-1]}").json()
            other.wait(lambda: other.job(held[-1])["status"] == "cancelled")
            assert answer["status"] == "cancelled" or answer["cancel_requested"]
            stuck.kill()
            rest = [each for each in ids if each != held[-1]]
            assert other.ended(*rest) == ["finished"] * 5
            assert all(other.events(each).count("finished") == 1 for each in rest)


def test_jobs_that_take_too_long_at_the_end_are_given_back(where: Any, processes: Any) -> None:
    settings = {**where, **QUICK}
    with processes.gateway(*processes.RECTANGLES, "--closed", **settings, shutdown_timeout_seconds=0.5) as stuck:
        job_id = stuck.post(DRESS)
        stuck.wait(lambda: stuck.job(job_id)["status"] == "running")
        stuck.child.send_signal(signal.SIGTERM)
        assert stuck.child.wait(timeout=processes.PATIENCE_SECONDS) == 0
    with processes.gateway(*processes.RECTANGLES, **settings) as next_one:
        assert next_one.ended(job_id) == ["finished"]
        assert next_one.job(job_id)["attempts"] == 1


def test_jobs_that_run_are_finished_at_the_end_and_no_more_are_taken(where: Any, processes: Any) -> None:
    settings = {**where, **QUICK, "max_running": 1, "step_seconds": 0.2}
    with processes.gateway(*processes.RECTANGLES, **settings) as first:
        running, waiting = first.post(DRESS), first.post(DRESS)
        first.wait(lambda: first.job(running)["status"] == "running")
        with first.client.stream("GET", f"/jobs/{waiting}/events") as stream:
            lines = stream.iter_lines()
            next(line for line in lines if line == "event: queued")
            first.child.send_signal(signal.SIGTERM)
            assert not any(line.startswith("event: ") for line in lines)  # to be asked for again, of another
        assert first.child.wait(timeout=processes.PATIENCE_SECONDS) == 0
    with processes.gateway(*processes.RECTANGLES, "--closed", **settings) as second:
        assert second.job(running)["status"] == "finished"
        assert second.job(waiting)["status"] in ("queued", "running")


@pytest.mark.slow
def test_a_job_that_kills_the_process_does_not_do_so_for_ever(where: Any, processes: Any) -> None:
    settings = {**where, **QUICK, "max_running": 3, "step_seconds": 0.3}
    ids: list[str] = []
    for start in range(6):
        with processes.gateway(*processes.RECTANGLES, **settings) as each:
            if start == 0:
                ids = [
                    each.client.post("/jobs", json={"description": words}).json()["id"]
                    for words in ("a", "b", "poison")
                ]
            try:
                states = each.ended(*ids)
            except processes.httpx.TransportError:
                each.child.wait(timeout=processes.PATIENCE_SECONDS)
                continue
            assert states == ["finished", "finished", "failed"]
            assert "begun 3 times" in each.job(ids[2])["problem"]["detail"]
            assert start == 3
            return
    pytest.fail("the job went on killing")

"""One writer at a time, and a sentence that names the other."""

import os
import subprocess
import sys
import threading
import time

import pytest
from synthetic import settings_in

from pipeline.lake import LockBusyError, writer

HOLD = """
import sys, time
from pathlib import Path
from pipeline.lake import writer
from pipeline.settings import Settings
w = Path(sys.argv[1])
with writer(Settings(w, w, w), "refresh"):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def settings(tmp_path):
    return settings_in(tmp_path)


@pytest.fixture
def holder(settings):
    command = [sys.executable, "-c", HOLD, str(settings.warehouse)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_busy_lock_names_its_holder_and_a_killed_holder_frees_it(settings, holder):
    named = rf"process {holder.pid} \(refresh, since 2"
    with pytest.raises(LockBusyError, match=named), writer(settings, "publish"):
        pass
    holder.kill()
    holder.wait()
    with writer(settings, "publish"):  # its lock and card still lie there
        assert (
            str(os.getpid())
            in settings.lock.with_name(f"{settings.lock.name}.holder").read_text()
        )


def test_a_holder_may_enter_again(settings):
    with writer(settings, "refresh"):
        with writer(settings, "publish"):
            pass
        with pytest.raises(LockBusyError, match="refresh"):
            _in_thread(lambda: writer(settings, "other").__enter__())


def test_waiting_gets_its_turn(settings):
    entered, order = threading.Event(), []

    def hold():
        with writer(settings, "first"):
            entered.set()
            time.sleep(0.3)
            order.append("first")

    thread = threading.Thread(target=hold)
    thread.start()
    entered.wait()
    with writer(settings, "second", wait=10):
        order.append("second")
    thread.join()
    assert order == ["first", "second"]


def test_unreadable_card_is_no_obstacle(settings, holder):
    settings.lock.with_name(f"{settings.lock.name}.holder").write_text("{")
    other = "another process"
    with pytest.raises(LockBusyError, match=other), writer(settings, "publish"):
        pass


def _in_thread(call):
    caught = []

    def run():
        try:
            call()
        except LockBusyError as error:
            caught.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    raise caught[0]

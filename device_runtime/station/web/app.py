"""The table of pages and questions, and how each is answered on a thread that keeps nothing waiting."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from device_runtime.capture.source import Tell
from device_runtime.errors import LabelsError, PosteyeError, WriteError
from device_runtime.station.web.aim import Aim
from device_runtime.station.web.asked import Answer, Answering, Asked, Refused, told
from device_runtime.station.web.keying.answers import Key
from device_runtime.station.web.plan import Plan
from device_runtime.station.web.shell import TITLES, files, page
from device_runtime.station.web.watch import Watch
from device_runtime.station.web.watched import Watched

_Endpoint = Callable[[Request], Awaitable[Response]]


def make_app(station: Watched, aim: Aim, watch: Watch, workers: Executor, tell: Tell) -> Starlette:
    """The pages of a station, without their door.

    Args:
        station: to show.
        aim: answers for its page.
        watch: the same.
        workers: that answer.
        tell: takes a line about what went wrong here.
    """
    key, plan = Key(station), Plan(station)
    asked: dict[str, Answering] = {
        "/api/health": watch.health,
        "/api/aim": aim.state,
        "/api/aim/picture.jpg": aim.picture,
        "/api/watch": watch.state,
        "/api/watch/strip/{last}": watch.strip,
        "/api/key": key.state,
        "/api/key/picture/{last}": key.picture,
        "/api/plan": plan.state,
        "/api/plan/which": plan.which,
        "/files/{last}": _file,
    }
    sent: dict[str, Answering] = {
        "/api/aim/region": aim.draw,
        "/api/aim/read": aim.read,
        "/api/key": key.put,
        "/api/plan/reload": plan.reload,
    }

    def routes(table: dict[str, Answering], method: str) -> list[Route]:
        return [Route(path, _endpoint(station, work, workers, tell), methods=[method]) for path, work in table.items()]

    async def home(request: Request) -> Response:
        return RedirectResponse("/watch", 303)

    pages: dict[str, Answering] = {f"/{name}": _page(name) for name in TITLES}
    every = [Route("/", home), *routes(pages, "GET"), *routes(asked, "GET"), *routes(sent, "POST")]
    app = Starlette(routes=every, exception_handlers={HTTPException: _unknown})
    app.router.redirect_slashes = False
    return app


def answer_of(station: Watched, work: Answering, asked: Asked, tell: Tell) -> Answer:
    """Answer a request; whatever goes wrong is an answer too, in one line and without a path of the machine.

    Args:
        station: whose names are not shown.
        work: that answers.
        asked: the request.
        tell: takes a line about what should not have happened.
    """
    known: dict[str, str] = {}
    try:
        known = _known(station)
        found = work(asked)
        return found if isinstance(found, Answer) else told(found, known)
    except Refused as error:
        return told({"error": str(error)}, known, error.status)
    except PosteyeError as error:
        status = 507 if isinstance(error, WriteError) else 409 if isinstance(error, LabelsError) else 400
        return told({"error": str(error)}, known, status)
    except Exception as error:
        tell(f"the page could not answer: {type(error).__name__}: {error}")
        return told({"error": "the station could not answer this; its log says why"}, known, 500)


def _endpoint(station: Watched, work: Answering, workers: Executor, tell: Tell) -> _Endpoint:
    async def answer(request: Request) -> Response:
        last = request.path_params.get("last", "")
        state = request.state
        asked = Asked(dict(request.query_params), await request.body(), last, state.csrf, state.asks)
        found = await asyncio.get_running_loop().run_in_executor(workers, answer_of, station, work, asked, tell)
        return Response(found.body, found.status, dict(found.headers), found.kind)

    return answer


def _page(name: str) -> Answering:
    return lambda asked: Answer(page(name), "text/html; charset=utf-8")


def _file(asked: Asked) -> Answer:
    found = files().get(asked.last)
    if found is None:
        raise Refused(404, "there is no such file")
    return Answer(*found)


def _known(station: Watched) -> dict[str, str]:
    """What the station's own messages call things, and what a browser is shown instead; the longest first."""
    found: dict[str, str] = {}
    if "/" in (camera := station.camera.name):
        found[camera] = f"the camera ({camera.partition(':')[0]})"
    for path in (station.harvest_folder, station.plan.path if station.plan else None):
        if path is not None:
            found |= {str(path): Path(path).name, f"{Path(path).absolute().parent}/": ""}
    return {name: found[name] for name in sorted(found, key=len, reverse=True)}


async def _unknown(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 404
    message = "there is no such page" if status == 404 else "this page takes no such request"
    answer = told({"error": message}, {}, status)
    return Response(answer.body, answer.status, media_type=answer.kind)

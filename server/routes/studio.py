"""The studio's files and the API's own page.

Only files that lie in the folder when the application is made are served, each at a route of its own.
"""

from pathlib import Path

from fastapi import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.staticfiles import StaticFiles

INDEX = "index.html"
STATIC = Path(__file__).resolve().parent.parent / "static"
#: Browsers keep a copy and ask each time whether it is still good (ETag): a new version shows at once.
CACHE_CONTROL = "no-cache"


def studio_routes(folder: Path = STATIC) -> list[Route]:
    if not folder.is_dir():
        return []
    files = StaticFiles(directory=folder)
    names = sorted(str(path.relative_to(folder).as_posix()) for path in folder.rglob("*") if path.is_file())
    routes = [_route(files, f"/{name}", name) for name in names]
    if INDEX in names:
        routes.append(_route(files, "/", INDEX))
    return routes


def _route(files: StaticFiles, path: str, name: str) -> Route:
    async def endpoint(request: Request) -> Response:
        response = await files.get_response(name, request.scope)
        response.headers["Cache-Control"] = CACHE_CONTROL
        return response

    return Route(path, endpoint, methods=["GET"], include_in_schema=False)

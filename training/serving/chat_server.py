"""Served models over HTTP, by OpenAI's protocol: `/v1/models` and `/v1/chat/completions`."""

import asyncio
import json
import logging
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Final

from aiohttp import web

from training.serving.answering_together import AnsweringFailed, Gathering, Reply, ServedModel, TooManyWaiting
from training.serving.chat_requests import BadRequest, Chat, chat_from_json

# A long persona and a long chat take a few thousand characters.
MOST_BYTES: Final = 262_144
# How long those that are being answered may take when the server is told to stop, in seconds.
PATIENCE: Final = 30.0
LOG: Final = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class CannotListen(ValueError):
    """Something else listens where the server should, or the address is not this machine's."""


async def serve(
    gathering: Gathering,
    *,
    host: str,
    port: int,
    most_new_tokens: int,
    stop: asyncio.Event,
    ready: Callable[[str], None],
) -> None:
    """Answer until `stop` is set; then take no more and finish what is being answered.

    `ready` is told the address once it listens; port 0 is any that is free. Raises `CannotListen`.
    """
    runner = web.AppRunner(
        application(gathering, most_new_tokens=most_new_tokens), access_log=None, shutdown_timeout=PATIENCE
    )
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            raise CannotListen(f"cannot listen on {host}:{port}: {error.strerror or error}") from error
        # The name of an IPv6 address stands in brackets.
        ready(f"http://{f'[{host}]' if ':' in host else host}:{runner.addresses[0][1]}/v1")
        await stop.wait()
    finally:
        await runner.cleanup()


def application(gathering: Gathering, *, most_new_tokens: int) -> web.Application:
    """The server's addresses, over models that `gathering` has."""

    async def running(_: web.Application) -> AsyncIterator[None]:
        async with gathering:
            yield

    async def models(_: web.Request) -> web.Response:
        return web.json_response({"object": "list", "data": [_card(each) for each in gathering.models.values()]})

    async def model(request: web.Request) -> web.Response:
        name = request.match_info["name"]
        return web.json_response(_card(gathering.models[name])) if name in gathering.models else _no_model(name)

    async def completions(request: web.Request) -> web.Response:
        try:
            data = json.loads(await request.read())
        except (ValueError, RecursionError) as error:
            raise BadRequest(f"the body is not JSON: {error}") from error
        chat = chat_from_json(data, most_new_tokens=most_new_tokens)
        if chat.model not in gathering.models:
            return _no_model(chat.model)
        return web.json_response(_completion(chat, await gathering.ask(chat), created=int(time.time())))

    app = web.Application(client_max_size=MOST_BYTES, middlewares=[_errors_as_json])
    app.cleanup_ctx.append(running)
    app.router.add_get("/v1/models", models)
    app.router.add_get("/v1/models/{name}", model)
    app.router.add_post("/v1/chat/completions", completions)
    return app


@web.middleware
async def _errors_as_json(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Whatever goes wrong is said as OpenAI says it."""
    try:
        return await handler(request)
    except BadRequest as error:
        return _error(400, str(error), parameter=error.parameter, code=error.code)
    except TooManyWaiting as error:
        return _error(429, str(error), kind="rate_limit_exceeded", headers={"Retry-After": "1"})
    except AnsweringFailed as error:
        LOG.error("a batch failed: %s", error)
        return _error(500, "the model failed at this request", kind="server_error")
    except web.HTTPRequestEntityTooLarge:
        return _error(413, f"the body is larger than {MOST_BYTES:,} bytes")
    except web.HTTPException as error:
        kept = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else None
        return _error(error.status, f"{request.method} {request.path}: {error.reason}", headers=kept)


def _error(
    status: int,
    message: str,
    *,
    parameter: str | None = None,
    code: str | None = None,
    kind: str = "invalid_request_error",
    headers: dict[str, str] | None = None,
) -> web.Response:
    body = {"error": {"message": message, "type": kind, "param": parameter, "code": code}}
    return web.json_response(body, status=status, headers=headers)


def _no_model(name: str) -> web.Response:
    return _error(404, f"The model {name!r} does not exist", parameter="model", code="model_not_found")


def _card(model: ServedModel) -> dict[str, Any]:
    return {"id": model.name, "object": "model", "created": model.trained_at, "owned_by": "parley"}


def _completion(chat: Chat, reply: Reply, *, created: int) -> dict[str, Any]:
    return {
        "id": f"chatcmpl-{secrets.token_hex(12)}",
        "object": "chat.completion",
        "created": created,
        "model": chat.model,
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": reply.text, "refusal": None},
                "logprobs": None,
                # As long as its replies get at most is where a model of ours stops, here as in `respond`.
                "finish_reason": "length" if chat.own_bound and not reply.ended else "stop",
            }
        ],
        "usage": {
            "prompt_tokens": reply.source_pieces,
            "completion_tokens": reply.pieces,
            "total_tokens": reply.source_pieces + reply.pieces,
        },
    }

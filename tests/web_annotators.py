"""Simulated annotators who use the real pages over HTTP: link, consent, instructions, pairs, as the script sends them.

Run as a process of its own (`python -m tests.web_annotators ORDER.json`), so that its CPU is apart from the server's.
They are lean: raw sockets in one event loop, and of a page only what stands in its form is read. What met no answer or
a busy server is sent again under the same key, as the page's script does it.
"""

import asyncio
import html
import json
import random
import re
import resource
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlencode, urlsplit

FORM: Final = re.compile(r"<form\b[^>]*>.*?</form>", re.DOTALL)
# Of a locked question nothing is sent, as by a browser.
LOCKED: Final = re.compile(r"<fieldset[^>]*\sdisabled\b.*?</fieldset>", re.DOTALL)
FIELD: Final = re.compile(r"<(input|button)\b([^>]*)>")
ATTRIBUTE: Final = re.compile(r'([a-z-]+)="([^"]*)"')
AGAIN: Final = 0.05


@dataclass(frozen=True)
class Order:
    """What to do: where, by which links, and how much of it."""

    address: str
    host: str
    links: list[str]
    # Pairs of each annotator at most; None: until nothing is left, or until they are told that it is enough.
    pairs: int | None = None
    drafts: bool = False
    # Seconds to read and click before each submit, exponential with this mean; 0 keeps the server as busy as can be.
    think: float = 0.0
    seed: int = 7
    # Seconds without an answer after which somebody gives up.
    patience: float = 60.0


@dataclass
class Done:
    """What was measured and what was acknowledged."""

    # Seconds from a submit sent to the next page read, of submits alone (a first sheet locked is apart).
    submits: list[float] = field(default_factory=list)
    locks: list[float] = field(default_factory=list)
    # Key of the submit -> the answers of its last sheet; only what the server said it has.
    acknowledged: dict[str, dict[str, str]] = field(default_factory=dict)
    # Of annotators who stopped half-way: the name of their pair, and the draft that the server said it has.
    drafts: dict[str, dict[str, str]] = field(default_factory=dict)
    sent_again: int = 0
    # When requests were written (by `time.monotonic`) to which no whole answer came.
    cut_off: list[float] = field(default_factory=list)
    bytes: int = 0
    statuses: dict[str, int] = field(default_factory=dict)
    wall: float = 0.0
    cpu: float = 0.0
    finished: int = 0
    # What a page said in place of a pair, where it was neither a pair nor the end.
    surprises: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Answer:
    """What came back, and to which path it was asked."""

    path: str
    status: int
    headers: dict[str, str]
    body: str


@dataclass(frozen=True)
class Form:
    """What a page's form would send when its first button of weight is pressed, and the radio buttons to pick from."""

    fields: dict[str, str]
    offered: dict[str, list[str]]

    @classmethod
    def on(cls, page: str) -> "Form | None":
        """The first form that is posted with a token; None where the page has none."""
        found = next((each for each in FORM.findall(page) if "csrfmiddlewaretoken" in each), None)
        if found is None:
            return None
        fields: dict[str, str] = {}
        offered: dict[str, list[str]] = {}
        pressed = False
        for tag, written in FIELD.findall(LOCKED.sub("", found)):
            said = {name: html.unescape(value) for name, value in ATTRIBUTE.findall(written)}
            name, value = said.get("name", ""), said.get("value", "")
            if tag == "button":
                if "primary" in said.get("class", "") and name and not pressed:
                    fields[name], pressed = value, True
            elif said.get("type") == "hidden":
                fields[name] = value
            elif said.get("type") == "radio":
                offered.setdefault(name, []).append(value)
        return cls(fields, offered)


class Unanswered(ConnectionError):
    """The line went dead before an answer was whole."""


class Browser:
    """One browser: a connection that is kept open, and its cookies."""

    def __init__(self, order: Order, done: Done) -> None:
        parts = urlsplit(order.address)
        self._where, self._port, self._host = parts.hostname or "", parts.port or 80, order.host
        self._done, self._cookies, self._patience = done, dict[str, str](), order.patience
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def ask(self, path: str, form: dict[str, str] | None = None, *, part: bool = False) -> Answer:
        """One request and its answer; raises `Unanswered`. Cookies are kept, redirects not followed."""
        try:
            return await asyncio.wait_for(self._ask(path, form, part=part), timeout=30)
        except (OSError, EOFError, ValueError, TimeoutError) as error:
            self.hang_up()
            raise Unanswered(str(error)) from error

    async def visit(self, path: str, form: dict[str, str] | None = None) -> Answer:
        """A page as somebody follows it: redirects and all, sent again until there is an answer."""
        began = time.monotonic()
        while True:
            if time.monotonic() > began + self._patience:
                raise TimeoutError(f"no answer in {self._patience:g} s: {path}")
            try:
                answer = await self.ask(path, form)
            except Unanswered:
                self._done.sent_again += 1
                await asyncio.sleep(AGAIN)
                continue
            if answer.status >= 500:
                self._done.sent_again += 1
                await asyncio.sleep(AGAIN)
            elif 300 <= answer.status < 400:
                path, form = answer.headers["location"], None
            else:
                return answer

    def hang_up(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None

    async def _ask(self, path: str, form: dict[str, str] | None, *, part: bool) -> Answer:
        if self._writer is None or self._reader is None or self._reader.at_eof():
            self._reader, self._writer = await asyncio.open_connection(self._where, self._port, limit=2**20)
        lines = [f"{'GET' if form is None else 'POST'} {path} HTTP/1.1", f"Host: {self._host}"]
        # As a reverse proxy that ends TLS passes it on.
        lines += ["X-Forwarded-Proto: https", f"Referer: https://{self._host}/"]
        if self._cookies:
            lines.append("Cookie: " + "; ".join(f"{name}={value}" for name, value in self._cookies.items()))
        body = b""
        if form is not None:
            body = urlencode(form).encode()
            lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
        if part:
            lines.append("HX-Request: true")
        self._writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        written = time.monotonic()
        self._done.cut_off.append(written)
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {}
        for line in head[1:]:
            name, _, value = line.partition(": ")
            if name.lower() == "set-cookie":
                cookie, _, content = value.partition(";")[0].partition("=")
                self._cookies[cookie] = content
            headers[name.lower()] = value
        text = await self._reader.readexactly(int(headers.get("content-length", "0")))
        self._done.cut_off.remove(written)
        status = int(head[0].split()[1])
        self._done.bytes += len(text)
        self._done.statuses[str(status)] = self._done.statuses.get(str(status), 0) + 1
        if headers.get("connection", "").lower() == "close":
            self.hang_up()
        if status >= 500 and (status, headers.get("retry-after")) != (503, "5"):
            self._done.surprises.append(f"{path} {status} {text[:200].decode(errors='replace')}")
        return Answer(path, status, headers, text.decode())


class SimulatedAnnotator:
    """Somebody at a browser, who answers by chance and remembers what the server said it took."""

    def __init__(self, number: int, link: str, order: Order, done: Done, told: asyncio.Event) -> None:
        self.link, self.order, self.done, self.told = link, order, done, told
        self.browser, self.rng = Browser(order, done), random.Random(f"{order.seed} {number}")
        self.judge = ""

    async def arrive(self) -> str:
        """From the link to the first pair; the judge page's HTML, or nothing where there is no pair."""
        page = await self.browser.visit(self.link)
        while "/judge/" not in page.path:
            form = Form.on(page.body)
            if form is None:
                self.done.surprises.append(f"{page.path} {page.status} {page.body[:200]}")
                return ""
            page = await self.browser.visit(page.path, form.fields)
        self.judge = page.path
        return page.body

    async def work(self, body: str) -> None:
        """Judge pairs until nothing is left, the order is done, or they are told that it is enough."""
        judged = 0
        while 'name="pair"' in body and not self._enough(judged):
            form = self._filled(body)
            if self.order.think:
                await asyncio.sleep(self.rng.expovariate(1 / self.order.think))
            if self.order.drafts:
                await self._draft(form)
                if self._enough(judged):
                    return
            started = time.perf_counter()
            answer = await self._send(form)
            if answer is None:
                return
            (self.done.locks if form["do"] == "lock" else self.done.submits).append(time.perf_counter() - started)
            taken = answer.status == 200
            if taken and form["do"] == "submit" and "went to somebody else" not in answer.body:
                self.done.acknowledged[form["key"]] = self._answers(form)
                self.done.drafts.pop(form["pair"], None)
                judged += 1
            if "hx-redirect" in answer.headers or not taken:
                if not taken and answer.status not in (422, 403):
                    self.done.surprises.append(f"{answer.status} {answer.body[:200]}")
                answer = await self.browser.visit(answer.headers.get("hx-redirect", self.judge))
            body = answer.body
        if 'name="pair"' not in body:
            self.done.finished += 1

    async def _send(self, form: dict[str, str]) -> Answer | None:
        began = time.monotonic()
        while True:
            try:
                answer = await self.browser.ask(self.judge, form, part=True)
                if answer.status < 500:
                    return answer
            except Unanswered:
                pass
            self.done.sent_again += 1
            if time.monotonic() > began + self.order.patience:
                self.done.surprises.append(f"no answer in {self.order.patience:g} s")
                return None
            await asyncio.sleep(AGAIN)

    async def _draft(self, form: dict[str, str]) -> None:
        try:
            answer = await self.browser.ask(self.judge.replace("/judge/", "/draft/"), form)
        except Unanswered:
            return
        if answer.status == 204:
            self.done.drafts[form["pair"]] = self._answers(form)

    def _enough(self, judged: int) -> bool:
        return self.told.is_set() or (self.order.pairs is not None and judged >= self.order.pairs)

    def _filled(self, body: str) -> dict[str, str]:
        form = Form.on(body)
        assert form is not None, body[:500]
        picked = {name: self.rng.choice(values) for name, values in form.offered.items() if name != "problem"}
        return {**form.fields, **picked, "layout": "side-by-side", "seconds": "12.5", "comment": "", "problem": ""}

    @staticmethod
    def _answers(form: dict[str, str]) -> dict[str, str]:
        return {name.removeprefix("answer."): value for name, value in form.items() if name.startswith("answer.")}


async def follow(order: Order) -> Done:
    """Do what the order says: everybody arrives, and then all work at once; only the work is timed.

    They begin at a line on stdin, and end at the next, if they have not by then.
    """
    done, told = Done(), asyncio.Event()
    people = [SimulatedAnnotator(number, link, order, done, told) for number, link in enumerate(order.links)]
    first: list[str] = []
    # A few at a time, as nobody's arrival is what is measured.
    for start in range(0, len(people), 16):
        first += await asyncio.gather(*(each.arrive() for each in people[start : start + 16]))
    sys.stdout.write("arrived\n")
    sys.stdout.flush()
    # Unbuffered: of what comes later nothing may be read ahead.
    with open(0, "rb", buffering=0, closefd=False) as told_by:
        if told_by.readline().strip() == b"go":
            loop = asyncio.get_running_loop()
            loop.add_reader(told_by, lambda: (told.set(), loop.remove_reader(told_by)))
            began, used = time.perf_counter(), _cpu()
            await asyncio.gather(*(each.work(body) for each, body in zip(people, first, strict=True)))
            done.wall, done.cpu = time.perf_counter() - began, _cpu() - used
            loop.remove_reader(told_by)
    for each in people:
        each.browser.hang_up()
    return done


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    given = Order(**json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
    sys.stdout.write(json.dumps(asdict(asyncio.run(follow(given)))) + "\n")

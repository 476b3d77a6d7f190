"""The chat page: questions in, tool steps and answers out, one conversation for each browser session.

Words of posts reach the browser only through ``literal`` or ``answer_markdown``: nothing in them can act as markup.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from agent.page_text import literal
from agent.page_turn import LOADING, Conversation, Message, Opening, answer, error_sentence
from index.errors import AnalystError

if TYPE_CHECKING:
    import gradio as gr

    from agent.analyst import Analyst
    from index.manifest import Manifest

TITLE = "Audience Analyst"
EXAMPLES = (
    "Who would engage with a Nike ad?",
    "How do people feel about the iPhone, by month?",
    "What do people complain about with Netflix?",
    "Which brands come up with running?",
    "What is the coffee community talking about?",
)
# The browser refuses whatever would come from outside this server, even if some markup slipped through.
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; worker-src 'self' blob:; object-src 'none'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)
CSS = """
.gradio-container {max-width: 62rem !important; margin: 0 auto !important}
footer {display: none !important}
#title h1 {margin: 0.4rem 0 0}
#about p {color: var(--body-text-color-subdued); margin: 0}
#conversation {border-width: 0; background: transparent}
#conversation .placeholder-content {justify-content: center}
#question {border: 1px solid var(--border-color-primary); border-radius: var(--radius-lg)}
#ask, #stop {align-self: stretch}
#examples {gap: 0.5rem; flex-wrap: wrap; justify-content: flex-start}
#examples button {flex: 0 1 auto; min-width: 0; font-weight: 400}
"""


def about_index(manifest: Manifest, model: str) -> str:
    """One line about what is loaded: posts, people, span."""
    first, last = manifest.first_post, manifest.last_post
    when = f", {first[:10]} to {last[:10]}" if first and last else ""
    return f"{manifest.posts:,} posts by {manifest.people:,} people{when} · model {model}"


def _about(opening: Opening) -> Iterator[str]:
    if not opening.ready:
        yield literal(LOADING)
    try:
        analyst = opening.get()
        yield literal(about_index(analyst.manifest, analyst.model_name))
    except Exception as error:
        yield literal(error_sentence(error))


@dataclass(frozen=True)
class _Parts:
    """The components that do something."""

    conversation: gr.State
    about: gr.Markdown
    chat: gr.Chatbot
    box: gr.Textbox
    ask: gr.Button
    stop: gr.Button
    fresh: gr.Button
    examples: list[gr.Button]


def build_page(open_analyst: Callable[[], Analyst] | Opening) -> gr.Blocks:
    """The page. The analyst is opened in the background, at the latest when somebody visits."""
    import gradio as gr

    opening = open_analyst if isinstance(open_analyst, Opening) else Opening(open_analyst)
    with gr.Blocks(title=TITLE, analytics_enabled=False, fill_height=True) as page:
        parts = _parts()
        _wire(page, opening, parts)
    return page


def _parts() -> _Parts:
    import gradio as gr

    gr.Markdown(f"# {TITLE}", elem_id="title")
    about = gr.Markdown(literal(LOADING), elem_id="about")
    chat = gr.Chatbot(
        elem_id="conversation", show_label=False, scale=1, min_height="20rem", buttons=[], layout="bubble",
        sanitize_html=True, allow_tags=False, latex_delimiters=[], allow_file_downloads=False,
        placeholder="Ask about the people and their posts.",
    )  # fmt: skip
    with gr.Row():
        box = gr.Textbox(
            elem_id="question", show_label=False, container=False, scale=1, autofocus=True, lines=1, max_lines=6,
            placeholder="Ask a question in plain English",
        )  # fmt: skip
        ask = gr.Button("Ask", elem_id="ask", variant="primary", scale=0, min_width=110)
        stop = gr.Button("Stop", elem_id="stop", variant="stop", scale=0, min_width=110, visible=False)
    with gr.Row(elem_id="examples"):
        examples = [gr.Button(text, size="sm", variant="secondary") for text in EXAMPLES]
        fresh = gr.Button("New conversation", elem_id="fresh", size="sm", variant="secondary")
    return _Parts(gr.State(None), about, chat, box, ask, stop, fresh, examples)


def _wire(page: gr.Blocks, opening: Opening, parts: _Parts) -> None:
    """What happens on which click. All of it is private to the page: outside programs have the command line."""
    import gradio as gr

    def begin(question: str, state: Conversation | None) -> tuple[Any, ...]:
        state = state or Conversation()
        if not question.strip() or not state.put(question):
            return state, gr.skip(), gr.skip(), gr.skip(), gr.skip()
        return state, state.messages, "", *_buttons(running=True)

    def about() -> Iterator[str]:
        yield from _about(opening)

    def reply(state: Conversation) -> Iterator[list[Message]]:
        yield from answer(state, opening)

    def idle(state: Conversation) -> tuple[gr.Button, gr.Button]:
        return _buttons(running=state.running)

    def renew(state: Conversation | None) -> tuple[Conversation, list[Message]]:
        _halt(state)
        return Conversation(), []

    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    at_once: dict[str, Any] = {**quiet, "queue": False}
    page.load(about, None, parts.about, concurrency_limit=None, **quiet)
    sources = [(parts.box.submit, parts.box), (parts.ask.click, parts.box)]
    buttons = [parts.ask, parts.stop]
    for event, source in [*sources, *((example.click, example) for example in parts.examples)]:
        asked = event(
            begin, [source, parts.conversation], [parts.conversation, parts.chat, parts.box, *buttons], **at_once
        )
        answered = asked.then(
            reply, parts.conversation, parts.chat, concurrency_limit=8, concurrency_id="reply", **quiet
        )
        answered.then(idle, parts.conversation, buttons, **at_once)
    parts.stop.click(_halt, parts.conversation, None, **at_once)
    for again in (parts.fresh.click, parts.chat.clear):
        again(renew, parts.conversation, [parts.conversation, parts.chat], **at_once)


def _buttons(*, running: bool) -> tuple[gr.Button, gr.Button]:
    """Ask, and in its place Stop while a question is answered."""
    import gradio as gr

    return gr.Button(visible=not running), gr.Button(visible=running)


def _halt(state: Conversation | None) -> None:
    if state is not None:
        state.stop.set()


def launch(page: gr.Blocks, *, host: str, port: int, auth: tuple[str, str] | None = None) -> str:
    """Serve the page in the background and return its address. Raises AnalystError if the port is taken."""
    import gradio as gr
    from starlette.middleware import Middleware

    theme = gr.themes.Soft(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"])
    try:
        _, url, _ = page.queue(default_concurrency_limit=8).launch(
            server_name=host, server_port=port, auth=auth, theme=theme, css=CSS, prevent_thread_lock=True, quiet=True,
            share=False, show_error=False, footer_links=[], run_history=False, ssr_mode=False, enable_monitoring=False,
            mcp_server=False, max_file_size="1kb", app_kwargs={"middleware": [Middleware(_Guarded)]},
        )  # fmt: skip
    except OSError as error:
        raise AnalystError(
            f"Port {port} is taken", where=host, todo="Choose another one with --port, or close what uses it."
        ) from error
    return str(url)


class _Guarded:
    """Adds the headers that keep the browser from asking any other server."""

    HEADERS = ((b"content-security-policy", POLICY.encode()), (b"referrer-policy", b"no-referrer"))

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def guarded(message: Any) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *self.HEADERS]
            await send(message)

        await self._app(scope, receive, guarded)

"""The chat page: questions, tool steps and answers on the left; the result, its posts and its query on the right;
above them the choice among indexes.

Words of posts reach the browser only through ``literal``, ``answer_markdown`` or ``esc``: nothing in them can act as
markup.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from agent.page.about import EXAMPLES
from agent.page.catalogue import Shelf
from agent.page.conversation import LOADING, Opening
from agent.page.posts import PostsParts, own_tab
from agent.page.result import NOTHING, head_html
from agent.page.saved import Kept
from agent.page.style import ACT, ON_LOAD, css, policy, theme
from agent.page.text import literal
from agent.page.uploads import LARGEST
from index.errors import AnalystError

if TYPE_CHECKING:
    import gradio as gr

    from agent.analyst import Analyst

TITLE = "Audience Analyst"
# What the browser stores is only scrambled with this. A secret made anew would make the key unreadable after a restart.
STORED = "audience-analyst"
LOGIN = "Audience Analyst: log in with the name and the password that you were given."
WELCOME = (
    "### What would you like to know?\n\nAsk in plain English: who would engage with an ad, how people feel about a "
    "brand, what a community is about. Every figure of an answer comes from the posts and can be looked up beside it."
)
LONGEST_QUERY = 4000  # characters of a field of the audience query


@dataclass(frozen=True)
class Parts:
    """The components that do something."""

    visit: gr.State
    key: gr.BrowserState
    talks: gr.HTML
    about: gr.Markdown
    fresh: gr.Button
    chat: gr.Chatbot
    again: gr.Row
    retry: gr.Button
    edit: gr.Button
    editing: gr.Row
    cancel: gr.Button
    box: gr.Textbox
    ask: gr.Button
    stop: gr.Button
    example_row: gr.Row
    examples: list[gr.Button]
    head: gr.HTML
    tabs: gr.Tabs
    result_tab: gr.Tab
    result: gr.HTML
    chart_tab: gr.Tab
    chart: gr.HTML
    posts_tab: gr.Tab
    posts: gr.HTML
    query_tab: gr.Tab
    query: list[gr.Textbox | gr.Number]
    run: gr.Button
    query_note: gr.HTML
    take_tab: gr.Tab
    people_row: gr.Row
    chart_row: gr.Row
    takes: dict[str, gr.Button]
    calls: gr.HTML
    file: gr.JSON
    data: gr.HTML


def build_page(
    open_analyst: Callable[[], Analyst] | Opening, shelf: Shelf | None = None, kept: Kept | None = None
) -> gr.Blocks:
    """The page. The analyst is opened in the background, at the latest when somebody visits; ``shelf`` has the other
    indexes that visitors may choose, ``kept`` the conversations that outlive the page.
    """
    import gradio as gr

    from agent.page.handlers import Wiring

    opening = open_analyst if isinstance(open_analyst, Opening) else Opening(open_analyst)
    with gr.Blocks(title=TITLE, analytics_enabled=False, delete_cache=(3600, 3600)) as page:
        found = _state() | _top()
        with gr.Row(elem_id="main"):
            with gr.Column(elem_id="talk"):
                found |= _talk()
            with gr.Column(elem_id="see"):
                found |= _see()
        parts = Parts(**{item.name: found[item.name] for item in fields(Parts)})
        posts = PostsParts(**{item.name: found[item.name] for item in fields(PostsParts)})
        Wiring(shelf or Shelf(opening), parts, posts, kept).connect(page)
        page.load(None, js=ON_LOAD)
    return page


def _state() -> dict[str, Any]:
    import gradio as gr

    # The browser keeps the secret by which it is known again, and nothing of what was said.
    return {
        "visit": gr.State(None),
        "key": gr.BrowserState(None, storage_key="audience-analyst", secret=STORED),
        "token": gr.BrowserState(None, storage_key="audience-analyst-posts"),
        "current": gr.Textbox("", label="Asked about", elem_id="current", visible="hidden"),
        "file": gr.JSON(visible=False),
    }


def _mine(elem_id: str, value: str = "", **more: Any) -> gr.HTML:
    """Our own HTML, whose buttons tell what was pressed."""
    import gradio as gr

    return gr.HTML(
        value, elem_id=elem_id, elem_classes=["mine"], apply_default_css=False, js_on_load=ACT, padding=False, **more
    )


def _top() -> dict[str, Any]:
    import gradio as gr

    with gr.Sidebar(label="Conversations", open=False, elem_id="side"):
        talks = _mine("talks")
    with gr.Row(elem_id="top"):
        gr.Markdown(f"# {TITLE}", elem_id="title")
        shelf = _mine("shelf", '<label class="picker">Posts <select disabled></select></label>')
        about = gr.Markdown(literal(LOADING), elem_id="about")
        bring = gr.Button("Your own posts", elem_id="bring", size="sm", variant="secondary", min_width=130, scale=0)
        fresh = gr.Button("New conversation", elem_id="fresh", size="sm", variant="secondary", min_width=150, scale=0)
    return {"talks": talks, "shelf": shelf, "about": about, "bring": bring, "fresh": fresh}


def _talk() -> dict[str, Any]:
    import gradio as gr

    chat = gr.Chatbot(
        elem_id="conversation", show_label=False, buttons=[], layout="bubble", sanitize_html=True, allow_tags=False,
        latex_delimiters=[], allow_file_downloads=False, placeholder=WELCOME,
        height="30rem",
    )  # fmt: skip
    with gr.Row(elem_id="again", visible=False) as again:
        retry = gr.Button("Ask again", elem_id="retry", size="sm", variant="secondary")
        edit = gr.Button("Edit the last question", elem_id="edit", size="sm", variant="secondary")
        gr.HTML('<a href="#see">See the result ↓</a>', elem_id="jump", elem_classes=["mine"], apply_default_css=False)
    with gr.Row(elem_id="editing", visible=False) as editing:
        gr.HTML(
            '<p class="quiet">Editing your last question: its answer will be replaced.</p>',
            elem_classes=["mine"],
            apply_default_css=False,
        )
        cancel = gr.Button("Keep it as it was", elem_id="cancel", size="sm", variant="secondary", scale=0)
    with gr.Row():
        box = gr.Textbox(
            elem_id="question", label="Your question", show_label=False, container=False, scale=1, autofocus=True,
            lines=1, max_lines=6, placeholder="Ask in plain English",
        )  # fmt: skip
        ask = gr.Button("Ask", elem_id="ask", variant="primary", scale=0, min_width=110)
        stop = gr.Button("Stop", elem_id="stop", variant="stop", scale=0, min_width=110, visible=False)
    with gr.Row(elem_id="examples", visible=False) as example_row:
        examples = [gr.Button(visible=False, size="sm", variant="secondary") for _ in range(EXAMPLES)]
    return {
        "chat": chat, "again": again, "retry": retry, "edit": edit, "editing": editing, "cancel": cancel, "box": box,
        "ask": ask, "stop": stop, "example_row": example_row, "examples": examples,
    }  # fmt: skip


def _see() -> dict[str, Any]:
    import gradio as gr

    head = _mine("head", head_html([]))
    with gr.Tabs(elem_id="tabs", selected="data", overflow_behavior="wrap") as tabs:
        with gr.Tab("Result", id="result", visible=False) as result_tab:
            result = _mine("result")
        with gr.Tab("Chart", id="chart", visible=False) as chart_tab:
            chart = _mine("chart")
        with gr.Tab("Posts", id="posts", visible=False) as posts_tab:
            posts = _mine("posts", f'<p class="quiet">{NOTHING}</p>')
        with gr.Tab("Query", id="query", visible=False) as query_tab:
            query, run, note = _query()
        with gr.Tab("Take away", id="take", visible=False) as take_tab:
            taken = _take_away()
        with gr.Tab("About this data", id="data"):
            data = _mine("data", f'<p class="quiet">{LOADING}</p><div class="wait">{"<i></i>" * 4}</div>')
        with gr.Tab("Upload", id="own"):
            own = own_tab(_mine)
    return {
        "head": head, "tabs": tabs, "result_tab": result_tab, "result": result,
        "chart_tab": chart_tab, "chart": chart, "posts_tab": posts_tab, "posts": posts, "query_tab": query_tab,
        "query": query, "run": run, "query_note": note, "take_tab": take_tab, "data": data, **taken, **own,
    }  # fmt: skip


def _query() -> tuple[list[Any], gr.Button, gr.HTML]:
    """The audience query as fields, in the order of ``page_wiring.QUERY``."""
    import gradio as gr

    campaign = gr.Textbox(
        label="Campaign", info="A brand, a product or the ad's own words", elem_id="campaign", max_length=LONGEST_QUERY
    )
    interests = gr.Textbox(
        label="Interests",
        info="With commas between them; leave empty to let the index find them",
        elem_id="interests",
        max_length=LONGEST_QUERY,
    )
    with gr.Row():
        limit = gr.Number(label="How many", precision=0, minimum=1, maximum=500, elem_id="limit", min_width=120)
        since = gr.Textbox(label="Since", placeholder="2025-01", elem_id="since", min_width=120, max_length=40)
        until = gr.Textbox(label="Until", placeholder="2025-12", elem_id="until", min_width=120, max_length=40)
        community = gr.Textbox(label="Community", placeholder="any", elem_id="community", min_width=120, max_length=200)
    note = gr.HTML("", elem_id="query-note", elem_classes=["mine"], apply_default_css=False)
    run = gr.Button("Run again", elem_id="run", variant="primary")
    return [campaign, interests, limit, since, until, community], run, note


def _take_away() -> dict[str, Any]:
    import gradio as gr

    takes = {}
    with gr.Row(elem_classes=["takes"]) as people_row:
        takes["csv"] = gr.Button("People as CSV", elem_id="take-csv", size="sm")
        takes["json"] = gr.Button("People as JSON", elem_id="take-json", size="sm")
    with gr.Row(elem_classes=["takes"]) as chart_row:
        takes["png"] = gr.Button("Chart as PNG", elem_id="take-png", size="sm")
        takes["svg"] = gr.Button("Chart as SVG", elem_id="take-svg", size="sm")
    with gr.Row(elem_classes=["takes"]):
        takes["result"] = gr.Button("This result as JSON", elem_id="take-result", size="sm")
        takes["markdown"] = gr.Button("Conversation as Markdown", elem_id="take-markdown", size="sm")
        takes["script"] = gr.Button("Calls as a script", elem_id="take-script", size="sm")
    calls = gr.HTML("", elem_id="calls", elem_classes=["mine"], apply_default_css=False)
    return {"takes": takes, "people_row": people_row, "chart_row": chart_row, "calls": calls}


def launch(
    page: gr.Blocks, *, host: str, port: int, auth: tuple[str, str] | None = None, beside: dict[str, Any] | None = None
) -> str:
    """Serve the page in the background and return its address; ``beside`` is what else the web application takes in.

    Raises AnalystError if the port is taken.
    """
    from starlette.middleware import Middleware

    try:
        _, url, _ = page.queue(default_concurrency_limit=8).launch(
            server_name=host, server_port=port, auth=auth, theme=theme(), css=css(), prevent_thread_lock=True,
            quiet=True, share=False, show_error=False, footer_links=[], run_history=False, ssr_mode=False,
            enable_monitoring=False, mcp_server=False, max_file_size=LARGEST, auth_message=LOGIN,
            app_kwargs={**(beside or {}), "middleware": [Middleware(_Guarded)]},
        )  # fmt: skip
    except OSError as error:
        raise AnalystError(
            f"Port {port} is taken", where=host, todo="Choose another one with --port, or close what uses it."
        ) from error
    return str(url)


class _Guarded:
    """Adds the headers that keep the browser from asking any other server."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self._headers = ((b"content-security-policy", policy().encode()), (b"referrer-policy", b"no-referrer"))

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def guarded(message: Any) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *self._headers]
            await send(message)

        await self._app(scope, receive, guarded)

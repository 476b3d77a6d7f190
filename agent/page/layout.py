"""The components of the page: questions, tool steps and answers on the left; the result, its posts and its query on the
right; above them the choice among indexes.

Words of posts reach the browser only through ``views.markdown`` or a template: nothing in them can act as markup.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from agent.feedback import LONGEST_REASON
from agent.next_steps import STEPS
from agent.page.answering import LOADING
from agent.page.style import LISTEN
from agent.page.uploads.session import ENDINGS
from agent.page.uploads.view import FIELDS, ORDERS
from agent.page.views.audiences import kept_html
from agent.page.views.examples import EXAMPLES
from agent.page.views.html import part
from agent.page.views.markdown import literal
from agent.page.views.result import NOTHING, head_html
from index.audiences import LONGEST_NAME
from index.posts.record import LONGEST_NAME as LONGEST_HANDLE
from index.posts.record import REQUIRED

if TYPE_CHECKING:
    import gradio as gr

TITLE = "Audience Analyst"
# What the browser stores is only scrambled with this. A secret made anew would make the key unreadable after a restart.
STORED = "audience-analyst"
WELCOME = (
    "### What would you like to know?\n\nAsk in plain English: who would engage with an ad, how people feel about a "
    "brand, what a community is about. Every figure of an answer comes from the posts and can be looked up beside it."
)
KEEP, KEEP_BOTH, RENAME = "Keep as an audience", "Keep those in both", "Rename"
LONGEST_QUERY = 4000  # characters of a field of the audience query
EDITING = "Editing your last question: its answer will be replaced."
TICK = 0.7  # seconds between two looks at a job
FIRST_FIELDS = (*REQUIRED[::-1], "created_at", "community", "likes")  # shown before the rarer ones


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
    useful: gr.Button
    not_useful: gr.Button
    why_not: gr.Textbox
    feedback_note: gr.HTML
    editing: gr.Row
    cancel: gr.Button
    box: gr.Textbox
    ask: gr.Button
    stop: gr.Button
    follow_row: gr.Row
    follows: list[gr.Button]
    draw: gr.Button
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
    keep_row: gr.Row
    keep_group: gr.Dropdown
    keep_name: gr.Textbox
    keep: gr.Button
    keep_note: gr.HTML
    audiences: gr.HTML
    take_tab: gr.Tab
    chart_row: gr.Row
    report_row: gr.Row
    takes: dict[str, gr.Button]
    calls: gr.HTML
    file: gr.JSON
    data: gr.HTML


@dataclass(frozen=True)
class UploadParts:
    """The components of the choice among posts, and of the tab for one's own."""

    token: gr.BrowserState
    current: gr.Textbox
    indexes: gr.HTML
    bring: gr.Button
    tick: gr.Timer
    drop: gr.File
    state: gr.HTML
    columns: gr.Accordion
    fields: dict[str, gr.Dropdown]
    author: gr.Textbox
    date_order: gr.Dropdown
    private: gr.Checkbox
    make: gr.Button
    discard: gr.Button
    halt: gr.Button
    sample: gr.HTML
    held: gr.HTML


def lay_out() -> tuple[Parts, UploadParts]:
    """Make all components, within the page that is open."""
    import gradio as gr

    made = _state() | _top()
    with gr.Row(elem_id="main"):
        with gr.Column(elem_id="talk"):
            made |= _talk()
        with gr.Column(elem_id="see"):
            made |= _see()
    parts = Parts(**{item.name: made[item.name] for item in fields(Parts)})
    return parts, UploadParts(**{item.name: made[item.name] for item in fields(UploadParts)})


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


def _own_html(elem_id: str, value: str = "", **more: Any) -> gr.HTML:
    """Our own HTML, whose buttons tell what was pressed."""
    import gradio as gr

    return gr.HTML(
        value, elem_id=elem_id, elem_classes=["mine"], apply_default_css=False, js_on_load=LISTEN, padding=False, **more
    )


def _still_html(value: str = "", **more: Any) -> gr.HTML:
    """Our own HTML without buttons."""
    import gradio as gr

    return gr.HTML(value, elem_classes=["mine"], apply_default_css=False, **more)


def _top() -> dict[str, Any]:
    import gradio as gr

    with gr.Sidebar(label="Conversations", open=False, elem_id="side"):
        talks = _own_html("talks")
    with gr.Row(elem_id="top"):
        gr.Markdown(f"# {TITLE}", elem_id="title")
        indexes = _own_html("indexes", part("no_indexes"))
        about = gr.Markdown(literal(LOADING), elem_id="about")
        bring = gr.Button("Your own posts", elem_id="bring", size="sm", variant="secondary", min_width=130, scale=0)
        fresh = gr.Button("New conversation", elem_id="fresh", size="sm", variant="secondary", min_width=150, scale=0)
    return {"talks": talks, "indexes": indexes, "about": about, "bring": bring, "fresh": fresh}


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
        useful = gr.Button("Useful", elem_id="useful", size="sm", variant="secondary")
        not_useful = gr.Button("Not useful", elem_id="not-useful", size="sm", variant="secondary")
        _still_html(part("jump"), elem_id="jump")
        why_not = gr.Textbox(
            label="Why not?", elem_id="why-not", visible=False, max_length=LONGEST_REASON, lines=1, submit_btn="Send",
            placeholder="What would have been right?",
        )  # fmt: skip
        feedback_note = _still_html(elem_id="feedback-note")
    with gr.Row(elem_id="editing", visible=False) as editing:
        _still_html(part("quiet", EDITING))
        cancel = gr.Button("Keep it as it was", elem_id="cancel", size="sm", variant="secondary", scale=0)
    with gr.Row(elem_id="follow", visible=False) as follow_row:
        follows = [gr.Button(visible=False, size="sm", variant="secondary", scale=0) for _ in range(STEPS)]
        draw = gr.Button("Chart this", elem_id="draw", size="sm", variant="secondary", visible=False, scale=0)
    with gr.Row(elem_id="asking"):
        box = gr.Textbox(
            elem_id="question", label="Your question", show_label=False, container=False, scale=1, autofocus=True,
            lines=1, max_lines=6, placeholder="Ask in plain English",
        )  # fmt: skip
        ask = gr.Button("Ask", elem_id="ask", variant="primary", scale=0, min_width=110)
        stop = gr.Button("Stop", elem_id="stop", variant="stop", scale=0, min_width=110, visible=False)
    with gr.Row(elem_id="examples", visible=False) as example_row:
        examples = [gr.Button(visible=False, size="sm", variant="secondary") for _ in range(EXAMPLES)]
    return {
        "chat": chat, "again": again, "retry": retry, "edit": edit, "editing": editing, "useful": useful,
        "not_useful": not_useful, "why_not": why_not, "feedback_note": feedback_note, "cancel": cancel, "box": box,
        "ask": ask, "stop": stop, "follow_row": follow_row, "follows": follows, "draw": draw,
        "example_row": example_row, "examples": examples,
    }  # fmt: skip


def _see() -> dict[str, Any]:
    import gradio as gr

    head = _own_html("head", head_html([]))
    with gr.Tabs(elem_id="tabs", selected="data", overflow_behavior="wrap") as tabs:
        with gr.Tab("Result", id="result", visible=False) as result_tab:
            kept = _keep()
            result = _own_html("result")
        with gr.Tab("Chart", id="chart", visible=False) as chart_tab:
            chart = _own_html("chart")
        with gr.Tab("Posts", id="posts", visible=False) as posts_tab:
            posts = _own_html("posts", part("quiet", NOTHING))
        with gr.Tab("Query", id="query", visible=False) as query_tab:
            query, run, note = _query()
        with gr.Tab("Take away", id="take", visible=False) as take_tab:
            taken = _take_away()
        with gr.Tab("Audiences", id="audiences"):
            audiences = _own_html("audiences", kept_html([]))
        with gr.Tab("About this data", id="data"):
            data = _own_html("data", part("waiting", LOADING, 4))
        with gr.Tab("Upload", id="own"):
            own = _own_posts()
    return {
        "head": head, "tabs": tabs, "result_tab": result_tab, "result": result,
        "chart_tab": chart_tab, "chart": chart, "posts_tab": posts_tab, "posts": posts, "query_tab": query_tab,
        "query": query, "run": run, "query_note": note, "take_tab": take_tab, "data": data, "audiences": audiences,
        **kept, **taken, **own,
    }  # fmt: skip


def _keep() -> dict[str, Any]:
    """The line above people with which they are kept as an audience."""
    import gradio as gr

    with gr.Row(elem_id="keep-row", visible=False) as row:
        group = gr.Dropdown(
            [],
            label="Which group",
            show_label=False,
            container=False,
            elem_id="keep-group",
            visible=False,
            min_width=140,
        )
        name = gr.Textbox(
            label="Name of the audience",
            show_label=False,
            container=False,
            placeholder="A name, such as Spring runners",
            elem_id="keep-name",
            min_width=170,
            max_length=LONGEST_NAME,
        )
        keep = gr.Button(KEEP, elem_id="keep", size="sm", scale=0, min_width=170)
    note = _own_html("keep-note")
    return {"keep_row": row, "keep_group": group, "keep_name": name, "keep": keep, "keep_note": note}


def _query() -> tuple[list[Any], gr.Button, gr.HTML]:
    """The audience query as fields, in the order of ``views.query.QUERY``."""
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
    note = _still_html(elem_id="query-note")
    run = gr.Button("Run again", elem_id="run", variant="primary")
    return [campaign, interests, limit, since, until, community], run, note


def _take_away() -> dict[str, Any]:
    import gradio as gr

    takes = {}
    with gr.Row(elem_classes=["takes"]):
        takes["csv"] = gr.Button("Result as CSV", elem_id="take-csv", size="sm")
        takes["xlsx"] = gr.Button("Result for Excel", elem_id="take-xlsx", size="sm")
        takes["md"] = gr.Button("Result as Markdown", elem_id="take-md", size="sm")
        takes["json"] = gr.Button("Result as JSON", elem_id="take-json", size="sm")
    with gr.Row(elem_classes=["takes"]) as chart_row:
        takes["png"] = gr.Button("Chart as PNG", elem_id="take-png", size="sm")
        takes["svg"] = gr.Button("Chart as SVG", elem_id="take-svg", size="sm")
    with gr.Row(elem_classes=["takes"]) as report_row:
        takes["html"] = gr.Button("Report to print and send", elem_id="take-html", size="sm")
    with gr.Row(elem_classes=["takes"]):
        takes["talk"] = gr.Button("Conversation as a report", elem_id="take-talk", size="sm")
        takes["markdown"] = gr.Button("Conversation as Markdown", elem_id="take-markdown", size="sm")
        takes["script"] = gr.Button("Calls as a script", elem_id="take-script", size="sm")
    calls = _still_html(elem_id="calls")
    return {"takes": takes, "chart_row": chart_row, "report_row": report_row, "calls": calls}


def _own_posts() -> dict[str, Any]:
    """The components of the tab, in the order of reading."""
    import gradio as gr

    state = _own_html("own-state")
    drop = gr.File(
        label="A file of posts", elem_id="drop", file_count="single", file_types=list(ENDINGS), type="filepath",
        height=150,
    )  # fmt: skip
    with gr.Row(elem_classes=["takes"]):
        make = gr.Button("Read these posts", variant="primary", elem_id="make", visible=False)
        discard = gr.Button("Another file", elem_id="discard", visible=False)
        halt = gr.Button("Cancel", variant="stop", elem_id="halt", visible=False)
    fields = {}
    with gr.Accordion("Correct what was found", open=False, visible=False, elem_id="columns") as columns:
        with gr.Row(elem_id="fields"):
            for name in sorted(FIELDS, key=lambda name: (name not in FIRST_FIELDS, list(FIELDS).index(name))):
                fields[name] = gr.Dropdown(
                    [("–", "")], value="", label=FIELDS[name], elem_id=f"field-{name}", min_width=170, interactive=True
                )
        with gr.Row(elem_id="said"):
            author = gr.Textbox(
                label="Who wrote what names nobody", info="As in archives of your own", elem_id="said-author",
                max_length=LONGEST_HANDLE, min_width=170,
            )  # fmt: skip
            date_order = gr.Dropdown(
                [(words, order) for order, words in ORDERS.items()], value="", label="Order of days like 03.01.2024",
                elem_id="said-order", min_width=170, interactive=True,
            )  # fmt: skip
            private = gr.Checkbox(label="Take posts that are not public", elem_id="said-private", min_width=170)
    sample = _own_html("sample")
    held = _own_html("held")
    tick = gr.Timer(TICK, active=False)
    return {
        "state": state, "drop": drop, "columns": columns, "fields": fields, "make": make, "discard": discard,
        "halt": halt, "sample": sample, "held": held, "tick": tick, "author": author, "date_order": date_order,
        "private": private,
    }  # fmt: skip

"""The page put together: components, what they show, and what happens on which click."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from agent.page.audiences import AudienceHandlers
from agent.page.corrections import CorrectionHandlers
from agent.page.feedback import FeedbackHandlers
from agent.page.handlers import ChatHandlers
from agent.page.layout import TITLE, lay_out
from agent.page.opening import Opening
from agent.page.posts import PostsHandlers
from agent.page.saved import SavedConversations
from agent.page.screen import Screen
from agent.page.style import ON_LOAD
from agent.page.uploads.catalogue import IndexCatalogue

if TYPE_CHECKING:
    import gradio as gr

    from agent.analyst import Analyst


def build_page(
    open_analyst: Callable[[], Analyst] | Opening,
    catalogue: IndexCatalogue | None = None,
    saved: SavedConversations | None = None,
) -> gr.Blocks:
    """The page. The analyst is opened in the background, at the latest when somebody visits; ``catalogue`` has the
    other indexes that visitors may choose, ``saved`` the conversations that outlive the page.
    """
    import gradio as gr

    from agent.memory import state_folder

    opening = open_analyst if isinstance(open_analyst, Opening) else Opening(open_analyst)
    with gr.Blocks(title=TITLE, analytics_enabled=False, delete_cache=(3600, 3600)) as page:
        screen = Screen(catalogue or IndexCatalogue(opening), *lay_out(), saved)
        ChatHandlers(screen).connect(page)
        PostsHandlers(screen).connect()
        AudienceHandlers(screen).connect()
        CorrectionHandlers(screen).connect()
        FeedbackHandlers(screen, state_folder()).connect()
        page.load(None, js=ON_LOAD)
    return page

"""How the page looks and what it runs in the browser: its theme, its style sheet and its script."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import gradio as gr

FOLDER = Path(__file__).parent
# Where there is room the list of conversations stands beside the page and covers nothing of it. Gradio puts a part of
# the page before every selector of ``page.css``, so that none of them can look at the whole.
BESIDE_DRAWER = (
    "@media (min-width: 1100px) {body:has(.sidebar.open) #main, body:has(.sidebar.open) #top "
    "{margin-left: 19.5rem !important; width: calc(100% - 19.5rem) !important}} "
    "@media (max-width: 1600px) {body:has(.sidebar.open) #about {display: none !important}}"
)
# What handlers run in the browser; the functions are those of ``page.js``.
SAVE = "(file) => audienceAnalyst.save(file)"
TO_QUESTION = "() => audienceAnalyst.toQuestion()"
TO_PANEL = "() => audienceAnalyst.toPanel()"
ON_LOAD = "() => audienceAnalyst.prepare()"
LISTEN = "audienceAnalyst.listen(element, trigger, watch)"  # for each of our own HTML components


def css() -> str:
    """The page's own style sheet."""
    return (FOLDER / "page.css").read_text(encoding="utf-8")


def head() -> str:
    """The page's own script, for the head of the page: it must be there before the first component."""
    return f"<style>{BESIDE_DRAWER}</style><script>{(FOLDER / 'page.js').read_text(encoding='utf-8')}</script>"


def theme() -> gr.themes.Base:
    """Calm colours, the machine's own fonts, buttons with enough contrast in light and dark."""
    import gradio as gr

    return gr.themes.Soft(
        primary_hue="teal",
        neutral_hue="slate",
        font=["system-ui", "sans-serif"],
        font_mono=["ui-monospace", "monospace"],
    ).set(
        button_primary_background_fill="*primary_700",
        button_primary_background_fill_dark="*primary_700",
        button_primary_background_fill_hover="*primary_800",
        button_primary_background_fill_hover_dark="*primary_600",
        button_primary_text_color="white",
        button_primary_text_color_dark="white",
        button_large_radius="*radius_lg",
        block_title_background_fill="none",
        block_title_background_fill_dark="none",
        block_title_padding="0",
        block_title_text_color="*body_text_color",
        block_title_text_color_dark="*body_text_color",
        block_title_text_weight="500",
        block_info_text_color="*neutral_600",
        block_info_text_color_dark="*neutral_300",
        input_placeholder_color="*neutral_500",
        input_placeholder_color_dark="*neutral_400",
        button_secondary_background_fill="transparent",
        button_secondary_background_fill_dark="transparent",
        button_secondary_shadow="none",
        button_secondary_shadow_hover="none",
        button_secondary_background_fill_hover_dark="*neutral_700",
        block_label_text_color="*primary_800",
        block_label_background_fill_dark="*primary_700",
        button_secondary_border_color="*neutral_300",
        button_secondary_border_color_dark="*neutral_600",
        button_border_width="1px",
        button_small_padding="0.35rem 0.8rem",
        button_small_text_size="0.85rem",
        button_small_radius="*radius_md",
    )

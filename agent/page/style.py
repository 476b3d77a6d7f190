"""How the page looks, what it runs in the browser, and what the browser may ask for."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import gradio as gr

QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
AT_ONCE: dict[str, Any] = {**QUIET, "queue": False}
# The browser refuses whatever would come from outside this server, even if some markup slipped through.
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; worker-src 'self' blob:; object-src 'none'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)
# A Space is shown inside a page of the hub.
HUB_FRAMES = " https://huggingface.co"
# Tells the page which button inside our own HTML was pressed; what opens anew takes the focus.
ACT = """
element.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-act]');
  if (button) trigger('click', {act: button.dataset.act, place: Number(button.dataset.place)});
});
element.addEventListener('change', (event) => {
  const list = event.target.closest('select[data-act]');
  if (list) trigger('click', {act: list.dataset.act, place: Number(list.value), value: list.value});
});
watch('value', () => {
  const goal = element.querySelector('[data-focus]');
  if (goal) goal.focus();
  element.querySelectorAll('option[selected]').forEach((option) => { option.parentElement.value = option.value; });
});
"""
# Saves a file that the page has made; nothing is written on the server.
SAVE = """(file) => {
  if (!file || !file.name) return;
  const bytes = Uint8Array.from(atob(file.data), (sign) => sign.charCodeAt(0));
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([bytes], {type: file.type}));
  link.download = file.name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}"""
# Reading begins at the question that was just answered.
TO_QUESTION = """() => {
  const box = document.querySelector('#conversation [role=log]');
  setTimeout(() => {
    const asked = box ? box.querySelectorAll('.message-row.user-row, [data-testid=user]') : [];
    if (!asked.length) return;
    box.scrollTop += asked[asked.length - 1].getBoundingClientRect().top - box.getBoundingClientRect().top - 12;
  }, 400);
}"""
# On a narrow page the tab for one's own posts is far down.
TO_OWN = """() => {
  setTimeout(() => document.querySelector('#see').scrollIntoView({block: 'nearest', behavior: 'smooth'}), 100);
}"""
# Names for what Gradio leaves nameless.
ON_LOAD = """() => {
  document.documentElement.lang = 'en';
  const name = (where, label) => document.querySelectorAll(where).forEach((e) => e.setAttribute('aria-label', label));
  name('#question textarea', 'Your question');
  name('.sidebar .toggle-button', 'Conversations');
  // The head of a tool step is a button; the arrow inside it is none of its own.
  const still = () => document.querySelectorAll('.thought-group [role=button] button').forEach((e) => {
    if (!e.disabled) { e.disabled = true; e.style.pointerEvents = 'none'; e.setAttribute('aria-hidden', 'true'); }
  });
  new MutationObserver(still).observe(document.querySelector('#conversation'), {childList: true, subtree: true});
}"""


def policy() -> str:
    """``POLICY``; in a Hugging Face Space the hub may frame the page."""
    return POLICY + HUB_FRAMES if os.environ.get("SPACE_ID") else POLICY


def css() -> str:
    """The page's own style sheet."""
    return (Path(__file__).parent / "page.css").read_text(encoding="utf-8")


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

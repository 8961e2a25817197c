"""The studio's look for Gradio's own parts. The colours themselves are the variables at the top of assets/studio.css,
which follow the system's light or dark; here each of Gradio's is told which of them to be.
"""

from __future__ import annotations

import gradio as gr

SANS = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Helvetica Neue", "Arial", "sans-serif")
MONO = ("ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace")

COLOURS = {
    "body_background_fill": "var(--paper)",
    "body_text_color": "var(--ink)",
    "body_text_color_subdued": "var(--quiet-ink)",
    "background_fill_primary": "var(--card)",
    "background_fill_secondary": "var(--paper)",
    "border_color_primary": "var(--line)",
    "border_color_accent": "var(--accent)",
    "color_accent_soft": "var(--accent-wash)",
    "link_text_color": "var(--accent)",
    "link_text_color_hover": "var(--accent-strong)",
    "link_text_color_visited": "var(--accent)",
    "link_text_color_active": "var(--accent-strong)",
    "block_background_fill": "var(--card)",
    "block_border_color": "var(--line)",
    "block_label_background_fill": "transparent",
    "block_label_text_color": "var(--quiet-ink)",
    "block_label_border_color": "transparent",
    "block_title_text_color": "var(--ink)",
    "block_info_text_color": "var(--quiet-ink)",
    "panel_background_fill": "var(--card)",
    "panel_border_color": "var(--line)",
    "input_background_fill": "var(--card)",
    "input_background_fill_focus": "var(--card)",
    "input_border_color": "var(--field-line)",
    "input_border_color_focus": "var(--accent)",
    "input_placeholder_color": "var(--quiet-ink)",
    "slider_color": "var(--accent)",
    "stat_background_fill": "var(--accent)",
    "button_primary_background_fill": "var(--accent)",
    "button_primary_background_fill_hover": "var(--accent-strong)",
    "button_primary_text_color": "var(--on-accent)",
    "button_primary_border_color": "var(--accent)",
    "button_secondary_background_fill": "var(--card)",
    "button_secondary_background_fill_hover": "var(--accent-wash)",
    "button_secondary_text_color": "var(--ink)",
    "button_secondary_border_color": "var(--field-line)",
}
SHAPES = {
    "block_radius": "12px",
    "container_radius": "12px",
    "input_radius": "8px",
    "block_shadow": "none",
    "block_border_width": "1px",
    "block_title_text_weight": "550",
    "block_label_text_weight": "550",
    "button_large_radius": "10px",
    "button_medium_radius": "10px",
    "button_small_radius": "8px",
    "button_large_text_weight": "600",
    "button_medium_text_weight": "600",
    "input_border_width": "1px",
    "input_shadow": "none",
    "input_shadow_focus": "none",
}


def make_theme() -> gr.themes.Base:
    """Gradio's plainest theme in the studio's colours, with the fonts of the reader's own system."""
    theme = gr.themes.Base(
        font=SANS, font_mono=MONO, text_size=gr.themes.sizes.text_md, spacing_size=gr.themes.sizes.spacing_md
    )
    dark = {f"{name}_dark": value for name, value in COLOURS.items() if hasattr(theme, f"{name}_dark")}
    return theme.set(**COLOURS, **dark, **SHAPES)

"""The explorer's page: an image, its knobs, and what the classifier says."""

import io
import pathlib
from collections.abc import Callable, Sequence
from typing import Any

import gradio
from PIL import Image

from serving import exploration as explorations
from serving.stylex_client import errors

# Fonts of the visitor's own: the page fetches nothing from anywhere else.
THEME = gradio.themes.Soft(
    font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"]
)
# Small pictures fill their frames and are not blurred; those that the knobs
# change stay in sight.
CSS = """
.picture img { image-rendering: pixelated; width: 100%; height: 100%;
  object-fit: contain }
#results { position: sticky; top: 0; z-index: 5;
  background: var(--body-background-fill) }
"""

_INTRODUCTION = """# What does the classifier look at?

Choose an image, find its attributes, and turn them. A knob moves one style
coordinate of the reconstruction from one end of its range to the other; several
turn together. **This explains the classifier, not reality.**"""
_HIGHEST = 4


def build(
    exploration: explorations.Exploration,
    examples: Sequence[pathlib.Path] = (),
    *,
    most_knobs: int = 8,
) -> gradio.Blocks:
    """Makes the page.

    Args:
        exploration: whom to ask.
        examples: images to choose from.
        most_knobs: of an image; at most the export's max_top_k.

    Returns:
        What `launch` shows.
    """
    with gradio.Blocks(
        title="StylEx explorer", analytics_enabled=False
    ) as page:
        gradio.Markdown(_INTRODUCTION)
        # Of this visitor: the image's file, what it looks like with all knobs
        # in the middle, and the knobs.
        content, start = gradio.State(b""), gradio.State(None)
        knobs = gradio.State([])
        with gradio.Row():
            with gradio.Column(scale=1, min_width=260):
                image = _picture("Your image", "image", interactive=True)
                said = _probabilities("The classifier says")
                target = gradio.Dropdown(
                    _targets(exploration), value=explorations.AWAY, label="Move"
                )
                find = gradio.Button("Find its attributes", variant="primary")
                if examples:
                    gradio.Examples(
                        [[str(path)] for path in examples], inputs=image
                    )
            with gradio.Column(scale=2, min_width=300):
                with gradio.Row(elem_id="results"):
                    with gradio.Column(min_width=130):
                        rebuilt = _picture("Reconstruction", "reconstruction")
                        said_rebuilt = _probabilities("It says")
                    with gradio.Column(min_width=130):
                        edited = _picture("Edited", "edited")
                        said_edited = _probabilities("It says")
                sliders = [
                    gradio.Slider(
                        -1.0,
                        1.0,
                        value=0.0,
                        step=0.05,
                        visible=False,
                        elem_id=f"knob-{rank}",
                    )
                    for rank in range(1, most_knobs + 1)
                ]
                reset = gradio.Button("Knobs to the middle")

        pictures = [said, rebuilt, said_rebuilt, edited, said_edited]
        turned = gradio.on(
            [slider.input for slider in sliders],
            lambda *given: _turn(exploration, *given),
            inputs=[content, knobs, *sliders],
            outputs=[edited, said_edited],
            # A knob that is turned on the way is not waited for.
            trigger_mode="always_last",
            show_progress="hidden",
            concurrency_limit=None,
            api_name="turn",
        )
        found = find.click(
            lambda *given: _find(exploration, most_knobs, *given),
            inputs=[content, start, target],
            outputs=[knobs, edited, said_edited, *sliders],
            # An answer to what was asked before must not replace this one.
            cancels=[turned],
        )
        reset.click(
            lambda seen: [
                *_show(seen),
                *[gradio.update(value=0.0)] * most_knobs,
            ],
            inputs=[start],
            outputs=[edited, said_edited, *sliders],
            cancels=[turned],
        )
        image.change(
            lambda shown: _open(exploration, shown, most_knobs),
            inputs=[image],
            outputs=[content, start, knobs, target, *pictures, *sliders],
            cancels=[turned, found],
        )
    return page


def _picture(label: str, name: str, *, interactive: bool = False):
    return gradio.Image(
        label=label,
        type="pil",
        format="png",
        sources=["upload", "clipboard"],
        buttons=["download", "fullscreen"],
        interactive=interactive,
        height=240,
        elem_id=name,
        elem_classes="picture",
    )


def _probabilities(label: str):
    return gradio.Label(
        label=label, num_top_classes=_HIGHEST, show_heading=False
    )


def _targets(exploration: explorations.Exploration) -> list[tuple[str, int]]:
    return [
        ("away from the prediction", explorations.AWAY),
        *(
            (f"towards {name}", index)
            for index, name in sorted(exploration.class_names.items())
        ),
    ]


def _open(
    exploration: explorations.Exploration,
    image: Image.Image | None,
    most_knobs: int,
) -> list[Any]:
    """Shows an image, its reconstruction, and no knobs yet."""
    hidden = [gradio.update(visible=False, value=0.0)] * most_knobs
    if image is None:
        return [b"", None, [], gradio.update(), *[None] * 5, *hidden]
    content = _encode(image)
    said = _ask(lambda: exploration.classify(content))
    rebuilt = _ask(lambda: exploration.reconstruct(content))
    shown = _show(rebuilt)
    return [
        content,
        rebuilt,
        [],
        gradio.update(choices=_targets(exploration)),
        said,
        *shown,
        *shown,
        *hidden,
    ]


def _find(
    exploration: explorations.Exploration,
    most_knobs: int,
    content: bytes,
    start: explorations.Seen | None,
    target: int,
) -> list[Any]:
    """Shows the knobs in the middle, and the picture that they start from."""
    if not content:
        raise gradio.Error("Choose an image first.", print_exception=False)
    knobs = _ask(
        lambda: exploration.find(content, target_class=target, top_k=most_knobs)
    )
    if not knobs:
        gradio.Info("No single coordinate moves the classifier that way.")
    shown = [
        gradio.update(
            visible=True,
            value=0.0,
            label=f"Attribute {rank} (coordinate {knob.coordinate})",
            info=knob.caption,
        )
        for rank, knob in enumerate(knobs, start=1)
    ]
    hidden = gradio.update(visible=False, value=0.0)
    hidden_knobs = [hidden] * (most_knobs - len(shown))
    return [knobs, *_show(start), *shown, *hidden_knobs]


def _turn(
    exploration: explorations.Exploration,
    content: bytes,
    knobs: Sequence[explorations.Knob],
    *positions: float,
) -> tuple[Any, Any]:
    if not knobs:
        return gradio.update(), gradio.update()
    seen = _ask(
        lambda: exploration.turn(content, knobs, positions[: len(knobs)])
    )
    return _show(seen)


def _show(seen: explorations.Seen | None) -> tuple[Any, Any]:
    """A picture and its probabilities."""
    if seen is None:
        return None, None
    return Image.open(io.BytesIO(seen.image)), seen.probabilities


def _ask(question: Callable[[], Any]) -> Any:
    """Asks; what the server refuses is shown to the visitor."""
    try:
        return question()
    except errors.ClientError as error:
        raise gradio.Error(str(error), print_exception=False) from error


def _encode(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.convert("RGB").save(buffer, format="PNG")
    return buffer.getvalue()

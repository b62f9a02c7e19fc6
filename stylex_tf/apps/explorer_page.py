"""Lays out the explorer's page: an image, its knobs, and the answers."""

import io
import pathlib
from collections.abc import Callable, Sequence
from typing import Any

import gradio
from PIL import Image

from stylex_tf import errors
from stylex_tf.api import trust as trust_lib
from stylex_tf.apps import exploration as explorations

# Fonts of the visitor's own: the page fetches nothing from anywhere else.
THEME = gradio.themes.Soft(
    font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"]
)
# Small pictures fill their frames and are not blurred; those that the knobs
# change stay in sight.
CSS = """
.picture img { image-rendering: pixelated; width: 100%; height: 100%;
  object-fit: contain }
.doubtful { color: #b00020; font-weight: 600 }
@media (prefers-color-scheme: dark) { .doubtful { color: #ff8a80 } }
#results { position: sticky; top: 0; z-index: 5;
  background: var(--body-background-fill) }
"""

_INTRODUCTION = """# What does the classifier look at?

*{title}.* Choose an image, find its attributes, and turn them. A knob moves one
style coordinate of the reconstruction from one end of its range to the other;
several turn together. **This explains the classifier, not reality.**"""
_OLDER = """This model's export is older than `describe`: it does not tell
{missing}."""
_HIGHEST = 4


# Longer than 60 lines: a page is laid out from the top to the bottom.
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
        most_knobs: the most knobs that an image gets; at most the export's
            max_top_k.

    Returns:
        What `launch` shows.
    """
    with gradio.Blocks(
        title="StylEx explorer",
        analytics_enabled=False,
        # Every ten minutes, what was uploaded more than an hour ago goes.
        delete_cache=(600, 3600),
    ) as page:
        gradio.Markdown(_INTRODUCTION.format(title=exploration.title))
        if exploration.missing:
            missing = ", ".join(exploration.missing)
            gradio.Markdown(_OLDER.format(missing=missing))
        # What this visitor has: the image as it was opened, and its knobs.
        opened, knobs = gradio.State(None), gradio.State([])
        with gradio.Row():
            with gradio.Column(scale=1, min_width=260):
                image = _picture("Your image", "image", interactive=True)
                _refuse_what_is_no_image(image)
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
                trust = gradio.Markdown(elem_id="trust")
                with gradio.Row(elem_id="results"):
                    with gradio.Column(min_width=130):
                        rebuilt = _picture("Reconstruction", "reconstruction")
                        said_rebuilt = _probabilities("It says")
                    with gradio.Column(min_width=130):
                        edited = _picture("Edited", "edited")
                        said_edited = _probabilities("It says")
                carried = gradio.Checkbox(
                    label="Show the edit on the image itself",
                    elem_id="carried",
                )
                sliders = _sliders(most_knobs)
                reset = gradio.Button("Knobs to the middle")

        shown = [said, rebuilt, said_rebuilt, edited, said_edited, trust]
        turned = gradio.on(
            [*(slider.input for slider in sliders), carried.input],
            lambda *given: _turn(exploration, *given),
            inputs=[opened, knobs, carried, *sliders],
            outputs=[edited, said_edited],
            # A knob that is turned on the way is not waited for.
            trigger_mode="always_last",
            show_progress="hidden",
            concurrency_limit=None,
            api_name="turn",
        )
        carried.input(
            lambda *given: _follow(most_knobs, *given),
            inputs=[knobs, carried],
            outputs=sliders,
            trigger_mode="always_last",
            show_progress="hidden",
            api_name="captions",
        )
        searched = find.click(
            lambda *given: _find(exploration, most_knobs, *given),
            inputs=[opened, target, carried],
            outputs=[knobs, edited, said_edited, *sliders],
            # An answer to what was asked before must not replace this one.
            cancels=[turned],
        )
        reset.click(
            lambda *given: [
                *_middle(*given),
                *[gradio.update(value=0.0)] * most_knobs,
            ],
            inputs=[opened, carried],
            outputs=[edited, said_edited, *sliders],
            cancels=[turned],
        )
        image.change(
            lambda *given: _open(exploration, most_knobs, *given),
            inputs=[image, carried],
            outputs=[opened, knobs, *shown, *sliders],
            cancels=[turned, searched],
        )
    return page


def _sliders(most_knobs: int) -> list[gradio.Slider]:
    return [
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


def _refuse_what_is_no_image(picture: gradio.Image) -> None:
    """Lets a file that cannot be read be told in words.

    Gradio opens what is uploaded before any of our functions is called, and
    would show "Error" and a traceback.
    """
    gradios = picture.preprocess

    def preprocess(payload: Any) -> Any:
        try:
            return gradios(payload)
        except gradio.Error:
            raise
        # A broken file makes a decoder raise whatever it likes.
        except Exception as error:
            raise gradio.Error(
                "This file is not an image that can be read; PNG and JPEG can.",
                print_exception=False,
            ) from error

    picture.preprocess = preprocess


def _probabilities(label: str):
    return gradio.Label(
        label=label, num_top_classes=_HIGHEST, show_heading=False
    )


def _targets(exploration: explorations.Exploration) -> list[tuple[str, int]]:
    return [
        ("away from the prediction", explorations.AWAY),
        *(
            (f"towards {name}", index)
            for index, name in enumerate(exploration.class_names)
        ),
    ]


def _open(
    exploration: explorations.Exploration,
    most_knobs: int,
    image: Image.Image | None,
    carried: bool,
) -> list[Any]:
    """Shows an image, its reconstruction, and no knobs yet."""
    hidden = [gradio.update(visible=False, value=0.0)] * most_knobs
    if image is None:
        return [None, [], *[None] * 5, "", *hidden]
    opened = _ask(lambda: exploration.open(image))
    return [
        opened,
        [],
        opened.image.probabilities,
        *_show(opened.reconstruction),
        *_middle(opened, carried),
        _words(opened.trust),
        *hidden,
    ]


def _words(trust: trust_lib.Trust) -> str:
    if trust.level == trust_lib.DOUBTFUL:
        return f'<span class="doubtful">{trust.words}</span>'
    return trust.words


def _middle(opened: explorations.Opened | None, carried: bool) -> list[Any]:
    """Returns what is shown with all knobs in the middle."""
    if opened is None:
        return [None, None]
    # Carried onto the image, no edit is the image.
    return [*_show(opened.image if carried else opened.reconstruction)]


def _find(
    exploration: explorations.Exploration,
    most_knobs: int,
    opened: explorations.Opened | None,
    target: int,
    carried: bool,
) -> list[Any]:
    """Shows the knobs in the middle, and the picture that they start from."""
    if opened is None:
        gradio.Info("Choose an image first.")
        return [gradio.skip()] * (3 + most_knobs)
    knobs = _ask(
        lambda: exploration.find(opened, target_class=target, top_k=most_knobs)
    )
    if not knobs:
        gradio.Info("No single coordinate moves the classifier that way.")
    shown = [
        gradio.update(
            visible=True,
            value=0.0,
            label=f"Attribute {rank} ({knob.label})",
            info=_caption(knob, carried),
        )
        for rank, knob in enumerate(knobs, start=1)
    ]
    hidden = gradio.update(visible=False, value=0.0)
    hidden_knobs = [hidden] * (most_knobs - len(shown))
    return [knobs, *_middle(opened, carried), *shown, *hidden_knobs]


def _caption(knob: explorations.Knob, carried: bool) -> str:
    return knob.carried_caption if carried else knob.caption


def _follow(
    most_knobs: int, knobs: Sequence[explorations.Knob], carried: bool
) -> list[Any]:
    """Lets captions speak of the picture that is shown."""
    spoken = [gradio.update(info=_caption(knob, carried)) for knob in knobs]
    return spoken + [gradio.skip()] * (most_knobs - len(knobs))


def _turn(
    exploration: explorations.Exploration,
    opened: explorations.Opened | None,
    knobs: Sequence[explorations.Knob],
    carried: bool,
    *positions: float,
) -> Sequence[Any]:
    if opened is None or not knobs:
        return _middle(opened, carried)
    seen = _ask(
        lambda: exploration.turn(
            opened, knobs, positions[: len(knobs)], carried=carried
        )
    )
    return _show(seen)


def _show(seen: explorations.Seen | None) -> tuple[Any, Any]:
    """Shows a picture and its probabilities."""
    if seen is None:
        return None, None
    return Image.open(io.BytesIO(seen.image)), seen.probabilities


def _ask(question: Callable[[], Any]) -> Any:
    """Asks, and shows the visitor what the server refuses."""
    try:
        return question()
    except errors.UsageError as error:
        raise gradio.Error(str(error), print_exception=False) from error

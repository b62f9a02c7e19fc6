r"""A web page over a running server: choose an image, turn its attributes.

    bazel run //serving:explorer -- --server=localhost:8500 --examples=faces

The server is ours or TensorFlow Serving. The page is at http://127.0.0.1:7860,
for this machine alone unless --address says otherwise. docs/explorer.md.
"""

import argparse
import contextlib
import os
import pathlib
import sys
from collections.abc import Sequence

from serving import client_flags, exploration
from serving.stylex_client import errors, image_files

_IMAGES = ("*.png", "*.jpg", "*.jpeg")
_MOST_EXAMPLES = 60


def main(argv: Sequence[str] | None = None) -> int:
    """Shows the page until it is interrupted.

    Args:
        argv: its words; None: those of the process.

    Returns:
        The exit code: 0, or 1 after an error, which is one line.
    """
    flags = _parser().parse_args(argv)
    try:
        examples = _examples(flags.examples)
        with client_flags.connect(flags) as client:
            version = client.pinned().model.version
            # Imported late: Gradio takes seconds, a mistake should not.
            from serving import explorer_page

            page = explorer_page.build(
                exploration.Exploration(client, flags.class_names),
                examples,
                most_knobs=flags.most_knobs,
            )
            print(
                f"model {flags.model_name}, version {version}: "
                f"http://{flags.address}:{flags.port}",
                flush=True,
            )
            page.launch(
                server_name=flags.address,
                server_port=flags.port,
                theme=explorer_page.THEME,
                css=explorer_page.CSS,
                max_file_size="32mb",
                quiet=True,
                share=False,
            )
    except (errors.ClientError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def _examples(folder: pathlib.Path | None) -> list[pathlib.Path]:
    if folder is None:
        return []
    paths = sorted(path for kind in _IMAGES for path in folder.glob(kind))
    if not paths:
        raise errors.ClientError(
            f"--examples: {folder} has no {', '.join(_IMAGES)}"
        )
    paths = paths[:_MOST_EXAMPLES]
    image_files.check(paths)
    return paths


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="explorer",
        parents=[client_flags.parser()],
        description="A web page over a running server.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument(
        "--examples", type=pathlib.Path, help="folder of images to choose from"
    )
    parser.add_argument(
        "--class_names",
        type=lambda text: text.split(","),
        default=[],
        help="as no,yes; a server tells them one by one",
    )
    parser.add_argument(
        "--most_knobs",
        type=int,
        default=8,
        help="of an image; at most the export's max_top_k, usually 16",
    )
    parser.add_argument("--address", default="127.0.0.1", help="of the page")
    parser.add_argument("--port", type=int, default=7860, help="of the page")
    return parser


if __name__ == "__main__":
    # `bazel run` changes to the tree of the built files.
    with contextlib.suppress(KeyError):
        os.chdir(os.environ["BUILD_WORKING_DIRECTORY"])
    # It asks at every start whether there is a newer Gradio.
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    # What gRPC tells of an attempt that failed; the error says it.
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")
    sys.exit(main())

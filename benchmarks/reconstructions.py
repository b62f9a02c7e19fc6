r"""Measures what a run reconstructs of pictures that it was not trained on.

    bazel run //benchmarks:reconstructions -- --run=runs/base_64

For a run that was trained to reconstruct alone, as pretrained/base_64, which
explains nothing. Beside it stands a linear code (PCA) of as many numbers,
fitted to 2,000 of the training pictures. Distances of features are those of
the backbone for photographs, by which such a run is trained: they flatter it.

It writes benchmarks/results/reconstructions_<name of the run's folder>.json.
"""

import numpy as np
from absl import flags

from benchmarks import commit, result_file
from stylex_tf.cli import command
from stylex_tf.evaluation import linear_code, reconstruction
from stylex_tf.models import photo_backbone
from stylex_tf.runs import trained as trained_lib

_RUN = flags.DEFINE_string("run", None, "A run whose training is finished.")

_FITTED = 2_000


def main(argv: list[str]) -> None:
    """Measures one run and files what came out."""
    command.no_arguments(argv)
    head = commit.of_clean_tree(result_file.FOLDER)
    trained = trained_lib.load(_RUN.value)
    held_out = trained.dataset.load("test").distinct()
    features = photo_backbone.PhotoBackbone(trained.settings.model.resolution)
    stylex = trained.stylex
    rebuilt = reconstruction.reconstruct(
        stylex.encode,
        stylex.model,
        held_out.images,
        features=features,
        extractor="photographs",
    )
    numbers = stylex.style_space.total
    code = linear_code.LinearCode.fit(
        trained.dataset.spread("train", _FITTED).images, numbers
    )
    pca = reconstruction.distances(
        held_out.images, code.rebuild(held_out.images), features
    )
    figures = rebuilt.figures()
    document = {
        "numbers": numbers,
        "n": len(held_out.images),
        "l1": figures.l1.value,
        "ssim": figures.ssim.value,
        "perceptual": figures.perceptual.value,
        "l1_pca": pca[0].value,
        "perceptual_pca": pca[1].value,
        "by_class": {
            name: {
                "n": int(np.sum(held_out.labels == label)),
                "l1": float(rebuilt.l1[held_out.labels == label].mean()),
            }
            for label, name in enumerate(trained.dataset.manifest.class_names)
        },
    }
    path = result_file.write(
        "reconstructions", trained.folder.root.name, head, document
    )
    print(path.read_text(), path)


if __name__ == "__main__":
    flags.mark_flag_as_required("run")
    command.run(main)

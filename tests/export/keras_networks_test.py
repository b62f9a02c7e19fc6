import keras
import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf.export import saved_model, validation
from tests.export import tiny_world


def setUpModule():
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(
        cpu, [tf.config.LogicalDeviceConfiguration()] * 2
    )


@keras.saving.register_keras_serializable(package="tests")
class Classifier(keras.Model):
    """A Keras model with normalisation and dropout, which training changes."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.convolution = keras.layers.Conv2D(4, 3, activation="silu")
        self.normalization = keras.layers.BatchNormalization()
        self.dropout = keras.layers.Dropout(0.5)
        self.head = keras.layers.Dense(len(tiny_world.CLASS_NAMES))

    def call(self, images, training=False):
        x = self.normalization(self.convolution(images), training=training)
        x = self.dropout(tf.reduce_mean(x, axis=[1, 2]), training=training)
        return self.head(x)


def mirrored() -> tf.distribute.Strategy:
    return tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])


class KerasNetworksTest(parameterized.TestCase):
    @parameterized.named_parameters(
        # The tiny world's three matrices, and the network's eight weights.
        ("bfloat16", "mixed_bfloat16", tf.distribute.get_strategy, 11),
        # In Keras 2 each replica keeps its own moving mean and variance.
        (
            "two_replicas",
            "float32",
            mirrored,
            13 if keras.__version__.startswith("2.") else 11,
        ),
    )
    def test_exports_variables_and_no_keras(
        self, precision, make_strategy, variables
    ):
        keras.mixed_precision.set_global_policy(precision)
        self.addCleanup(keras.mixed_precision.set_global_policy, "float32")
        with make_strategy().scope():
            network = Classifier()
            network(tf.zeros([1, 8, 8, 3]))
        servable = tiny_world.servable(
            tiny_world.TinyWorld(),
            classify=lambda images: tf.cast(network(images), tf.float32),
        )

        path = saved_model.export(
            servable,
            self.create_tempdir().full_path,
            examples=tiny_world.pictures(3),
            assets={},
        ).path

        self.assertEmpty(validation.validate(path).problems)
        saved = tf.train.list_variables(str(path / "variables" / "variables"))
        weights = [name for name, _ in saved if name.startswith("weights/")]
        self.assertLen(weights, variables)
        self.assertNotIn(b"_tf_keras", (path / "saved_model.pb").read_bytes())


if __name__ == "__main__":
    absltest.main()

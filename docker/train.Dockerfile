# An image that trains on NVIDIA GPUs. The machine needs their driver and
# NVIDIA's container toolkit; CUDA's libraries come from PyPI, in the lock.
#
#     docker build -f docker/train.Dockerfile -t stylex-train .
#     mkdir -p runs
#     docker run --rm --gpus=all --user=$(id -u):$(id -g) -v $PWD/runs:/runs \
#         stylex-train --config=configs/quickstart.py --run_dir=/runs/quickstart
#
# The same command goes on after an interruption. The new line of TensorFlow:
# --build-arg=LOCK=requirements-gpu-new.lock (docs/lines.md).
# Never built by us: there was no Docker daemon and no GPU. A test runs what it
# copies (tests/docs/docker_test.py).
FROM python:3.11-slim-bookworm

ARG LOCK=requirements-gpu.lock
WORKDIR /stylex
COPY ${LOCK} /tmp/requirements.lock
RUN pip install --no-cache-dir --require-hashes --only-binary=:all: \
        --requirement=/tmp/requirements.lock
COPY configs configs
COPY pretrained pretrained
COPY stylex_tf stylex_tf

# Whoever --user names has no home of their own, and prepared data go there.
ENV HOME=/runs
RUN mkdir --mode=777 /runs
USER 1000:1000
VOLUME /runs
ENTRYPOINT ["python", "-m", "stylex_tf.cli.train"]

# An image that trains on NVIDIA GPUs. The machine needs their driver and
# NVIDIA's container toolkit; CUDA's libraries come from PyPI, in the lock.
#
#     docker build -f docker/train.Dockerfile -t stylex-train .
#     docker run --rm --gpus=all -v $PWD/runs:/runs stylex-train \
#         --config=configs/quickstart.py --run_dir=/runs/quickstart
#
# The same command goes on after an interruption.
# Never built by us: there was no Docker and no GPU.
FROM python:3.11-slim-bookworm

WORKDIR /stylex
COPY requirements-gpu.lock /tmp/requirements.lock
RUN pip install --no-cache-dir --require-hashes --only-binary=:all: \
        --requirement=/tmp/requirements.lock
COPY configs configs
COPY pretrained pretrained
COPY stylex_tf stylex_tf

RUN useradd --create-home stylex && mkdir /runs && chown stylex /runs
USER stylex
VOLUME /runs
ENTRYPOINT ["python", "-m", "stylex_tf.cli.train"]

#!/bin/sh
# Pins what the requirements.in files ask for, with hashes. A version that is
# pinned stays unless it no longer fits: --upgrade takes the newest of all,
# --upgrade-package=NAME the newest of one.
set -eu
cd "$(dirname "$0")/.."

uv=$(tools/dev/environment.sh)/bin/uv
# The lowest Python that we support decides; what it takes runs on those above too.
for name in requirements requirements-gpu tools/dev/requirements \
  requirements-new requirements-gpu-new; do
  case $name in
    *-new) python=3.11 ;; # Keras 3 asks for it.
    *) python=3.10 ;;
  esac
  "$uv" pip compile "$name.in" --output-file="$name.lock" "$@" --quiet \
    --generate-hashes --only-binary=:all: \
    --python-version=$python --python-platform=x86_64-unknown-linux-gnu \
    --no-emit-index-url --no-emit-find-links \
    --custom-compile-command=tools/lock.sh
done

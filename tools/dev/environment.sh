#!/bin/sh
# Prints the folder of the developers' tools, which it makes where the files
# beside this one have none yet: bin/{ruff,mypy,uv,buildifier}.
set -eu
cd "$(dirname "$0")"

key=$(cat requirements.lock package-lock.json | sha256sum | cut -c1-16)
folder=${XDG_CACHE_HOME:-$HOME/.cache}/stylex_tf/dev-$key
mkdir -p "${folder%/*}"
# Two at once would each remove what the other installs.
exec 9>"$folder.lock"
flock 9
if [ ! -e "$folder/complete" ]; then
  command -v npm >/dev/null || {
    echo "buildifier comes from npm. On Debian: apt-get install npm" >&2
    exit 1
  }
  python=$(../python/find_python.sh)
  echo "Installing the developers' tools in $folder" >&2
  rm -rf "$folder"
  "$python" -m venv "$folder"
  "$folder/bin/pip" install --quiet --disable-pip-version-check \
    --require-hashes --only-binary=:all: --requirement=requirements.lock >&2
  cp package.json package-lock.json "$folder"
  npm ci --silent --prefix "$folder" >&2
  ln -s ../node_modules/.bin/buildifier "$folder/bin/buildifier"
  touch "$folder/complete"
fi
echo "$folder"

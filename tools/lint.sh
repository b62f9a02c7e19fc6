#!/bin/sh
# Checks format, lint and types of everything, and that prose is wrapped;
# --fix mends what can be mended.
set -eu
cd "$(dirname "$0")/.."

case ${1:-} in
  "") format=--check fix=--no-fix mode=check lint=warn wrap= ;;
  --fix) format= fix=--fix mode=fix lint=fix wrap=--fix ;;
  *)
    echo "usage: tools/lint.sh [--fix]" >&2
    exit 2
    ;;
esac

tools=$(tools/dev/environment.sh)/bin
failed=0
# Unquoted: empty must vanish.
# shellcheck disable=SC2086
"$tools/ruff" format --quiet $format || failed=1
"$tools/ruff" check --quiet $fix || failed=1
"$tools/mypy" --no-error-summary || failed=1
"$tools/buildifier" -r -mode=$mode -lint=$lint . || failed=1
pages=$(find . -name '*.md' -not -path '*/.*' -not -path './bazel-*' \
  -not -path './runs/*' -not -path '*/node_modules/*')
# shellcheck disable=SC2086
"$tools/python" tools/wrap_markdown.py $wrap $pages || failed=1
[ $failed = 1 ] || echo "lint: clean"
exit $failed

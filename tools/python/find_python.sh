#!/bin/sh
# Prints the path of a Python that the environments here can be made from: of the
# first of the versions given, 3.11 and 3.10 if none is. Where there is none,
# says what was found instead, and fails.
set -u

[ $# -gt 0 ] || set -- 3.11 3.10

probe='
import sys
version = "%d.%d" % sys.version_info[:2]
if version not in sys.argv[1:]:
    sys.exit("is " + version)
try:
    import ensurepip, venv
except ImportError:
    sys.exit("cannot make virtual environments (it has no venv)")
print(sys.executable)
'

rejected=
names=
for version in "$@"; do names="$names python$version"; done
for name in $names python3; do
  for candidate in "$name" "/usr/bin/$name"; do
    path=$(command -v "$candidate") || continue
    case $rejected in *" $path "*) continue ;; esac
    if answer=$("$path" -I -c "$probe" "$@" 2>&1); then
      echo "$answer"
      exit
    fi
    rejected="$rejected
  $path $(echo "$answer" | tail -n 1)"
  done
done

cat >&2 <<END
No Python with venv of these versions was found: $*; only:${rejected:-
  no python3 at all}
On Debian 12: apt-get install python3-venv. Anywhere: STYLEX_PYTHON=/path/to/python
names an interpreter that has the packages of requirements.in, or of
requirements-new.in where STYLEX_LINE is new.
END
exit 1

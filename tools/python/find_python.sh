#!/bin/sh
# Prints the path of a Python that the environments here can be made from. Where
# there is none, says what was found instead, and fails.
set -u

probe='
import sys
if sys.version_info[:2] not in ((3, 10), (3, 11)):
    sys.exit("is %d.%d" % sys.version_info[:2])
try:
    import ensurepip, venv
except ImportError:
    sys.exit("cannot make virtual environments (it has no venv)")
print(sys.executable)
'

rejected=
for name in python3.11 python3.10 python3; do
  for candidate in "$name" "/usr/bin/$name"; do
    path=$(command -v "$candidate") || continue
    case $rejected in *" $path "*) continue ;; esac
    if answer=$("$path" -I -c "$probe" 2>&1); then
      echo "$answer"
      exit
    fi
    rejected="$rejected
  $path $(echo "$answer" | tail -n 1)"
  done
done

cat >&2 <<END
No Python 3.10 or 3.11 with venv was found, only:${rejected:-
  no python3 at all}
On Debian 12: apt-get install python3-venv. Anywhere: STYLEX_PYTHON=/path/to/python
names an interpreter that has the packages of requirements.in.
END
exit 1

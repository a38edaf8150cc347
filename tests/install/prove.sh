#!/usr/bin/env bash
# Proves the README in a bare Debian: its first command, taken from the README itself, in a system that debootstrap makes
# and that has Python and git and nothing else; the same analysis without a network; what the program says where the
# window's libraries are missing, one by one until none is; then, with the README's packages, the window on a virtual screen.
# With --tests the README's second command too. With --picture the virtual screen is kept as a PNG.
#
#     sudo tests/install/prove.sh [--tests] [--picture FILE]
#
# Needs root and debootstrap. pip's settings, certificates and local packages of this machine, where it has any, are made
# visible inside at the places that pip itself names. The folder and its mounts are removed at the end, however it ends.
set -euo pipefail

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
tests='' picture=''
while (($#)); do
  case $1 in
    --tests) tests=yes ;;
    --picture) picture=$2 && shift ;;
    *) sed -n '/^#  /s/^# *//p' "${BASH_SOURCE[0]}" >&2 && exit 2 ;;
  esac
  shift
done

bare=$(mktemp -d)
chmod 755 "$bare" # apt downloads as a user of its own
mounts=()

clean() {
  local index
  for ((index = ${#mounts[@]} - 1; index >= 0; index--)); do umount -l "${mounts[index]}" || true; done
  if ! grep -q " $bare/" /proc/mounts; then rm -rf --one-file-system "$bare"; fi
}
trap clean EXIT

say() { printf '\n== %s\n' "$*"; }
fail() { printf 'FAILED: %s\n' "$*" >&2; exit 1; }

show_inside() { # a file or folder of this machine, read-only at the same place inside
  local path=$1
  if [[ -d $path && $path != / && ! -e $bare$path ]]; then
    mkdir -p "$bare$path"
  elif [[ -f $path ]]; then
    mkdir -p "$bare$(dirname "$path")"
    [[ -e $bare$path ]] || : >"$bare$path"
  else
    return 0
  fi
  mount --bind "$path" "$bare$path"
  mounts+=("$bare$path")
  mount -o remount,bind,ro "$bare$path"
}

inside() { # a command as root in the bare system, with pip's variables of this machine
  local kept
  mapfile -t kept < <(env | grep -E '^(PIP_|SSL_CERT|REQUESTS_CA_BUNDLE)' || true)
  chroot "$bare" /usr/bin/env -i HOME=/srv LANG=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin "${kept[@]}" "$@"
}

install() { # packages of Debian, nothing recommended beside them
  inside env DEBIAN_FRONTEND=noninteractive DEBCONF_NOWARNINGS=yes \
    apt-get -qq -y --no-install-recommends install "$@" >/dev/null
}

in_clone() { # command lines in the fresh clone, under the command that follows them
  inside "${@:2}" bash -c "cd /srv/fusen || exit"$'\n'"$1"
}

readme_line() { # the line of the README's shell blocks that contains $1
  awk '/^```sh$/ {on = 1; next} /^```$/ {on = 0} on' "$repository/README.md" | grep -m1 -F -- "$1" || fail "README: no '$1'"
}

say "A bare Debian"
debootstrap --variant=minbase bookworm "$bare" >"$bare.log" 2>&1 || { tail -n 20 "$bare.log"; fail debootstrap; }
rm -f "$bare.log"
for folder in proc dev; do
  mount --rbind "/$folder" "$bare/$folder" && mount --make-rslave "$bare/$folder"
  mounts+=("$bare/$folder")
done
cp /etc/resolv.conf /etc/hosts "$bare/etc/"
apt-config dump | grep -E '^Acquire::https?::(Proxy|CaInfo)' >"$bare/etc/apt/apt.conf.d/90host" || true
inside apt-get -qq update
install python3 python3-venv git ca-certificates

say "pip as on this machine"
while read -r file; do show_inside "$file"; done < <(python3 -m pip config debug | sed -n "s/^  *\(\/.*\), exists: True$/\1/p")
while read -r path; do show_inside "$path"; done < <(
  { python3 -m pip config list; env | grep -E '^(PIP_|SSL_CERT|REQUESTS_CA_BUNDLE)'; } |
    # The pages of a local index refer to files beside it, so what is shown of one is the folder above.
    grep -oE "(file://)?/[A-Za-z0-9_./+-]+" | sed -E 's,^file://(.*)/[^/]+/?$,\1,' | sort -u
)

say "A fresh clone"
git clone -q --no-hardlinks "$repository" "$bare/srv/fusen"

first=$(readme_line '.venv/bin/fusen resources/')
say "$first"
seconds=$SECONDS
in_clone "$first" >"$bare/srv/first.out" 2>"$bare/srv/first.err" ||
  { tail -n 30 "$bare/srv/first.out" "$bare/srv/first.err"; fail "the README's first command exited with an error"; }
echo "exited 0 after $((SECONDS - seconds)) s; the end of what it printed:"
tail -n 12 "$bare/srv/first.out"
grep -v '^WARNING: Location' "$bare/srv/first.err" | tail -n 8
grep -qE '^[0-9]+% · p\. [0-9]+' "$bare/srv/first.out" || fail "no findings are listed"
grep -qE '^[0-9]+ of [0-9]+ passages selected' "$bare/srv/first.out" || fail "it is not said how much was selected"
grep -q 'no screen' "$bare/srv/first.err" || fail "it is not said why no window opens"

say "Without a network, the same analysis"
findings() { grep -vE 'passages selected|peak' "$1"; } # all but the line that tells of time and memory
in_clone '.venv/bin/fusen analyze resources/examples/services-agreement.pdf' unshare --net \
  >"$bare/srv/offline.out" 2>"$bare/srv/offline.err" ||
  { tail -n 20 "$bare/srv/offline.err"; fail "without a network it exited with an error"; }
diff <(findings "$bare/srv/first.out" | sed '1,/^Successfully installed/d') <(findings "$bare/srv/offline.out") ||
  fail "without a network the findings differ"
echo "the same $(grep -cE '^[0-9]+% · ' "$bare/srv/offline.out") findings"

say "A screen, but none of the window's libraries: the program names a package, and the next"
in_clone 'timeout 120 .venv/bin/fusen resources/examples/design-proposal.md' env DISPLAY=:77 >"$bare/srv/missing.out" 2>&1 ||
  { tail -n 20 "$bare/srv/missing.out"; fail "without the window's libraries it exited with an error"; }
grep -E 'apt(-get)? install' "$bare/srv/missing.out" ||
  { tail -n 20 "$bare/srv/missing.out"; fail "the packages for a window are not named"; }
named=()
while advice=$(in_clone '.venv/bin/fusen doctor' env DISPLAY=:77 | grep '^-- *Window'); do
  package=$(grep -oE 'apt install [a-z0-9.+-]*[a-z0-9]' <<<"$advice" | cut -d' ' -f3) || break
  [[ " ${named[*]} " != *" $package "* ]] || fail "$package is named again though it is installed"
  install "$package" || fail "there is no package $package"
  named+=("$package")
done
echo "in this order: ${named[*]}"
grep -q 'does not answer' <<<"$advice" || fail "with these packages it says: $advice"
readme_packages=$(readme_line 'apt-get install libegl1' | cut -d' ' -f3-)
for package in "${named[@]}"; do
  [[ " $readme_packages " == *" $package "* ]] || echo "not in the README's list, so one there must bring it: $package"
done
inside apt-get -qq -y autoremove --purge "${named[@]}" >/dev/null

say "The window, with the README's packages"
# shellcheck disable=SC2086
install $readme_packages
in_clone '.venv/bin/fusen doctor' env DISPLAY=:77 | grep -E '^.. +(Window|Japanese)' | tee "$bare/srv/doctor.out"
grep -q 'does not answer' "$bare/srv/doctor.out" || fail "the README's packages are not enough"
install xvfb x11-utils
# shellcheck disable=SC2016
in_clone '
  Xvfb :77 -screen 0 1440x900x24 >/dev/null 2>&1 & screen=$!
  sleep 2
  .venv/bin/fusen resources/examples/services-agreement.pdf >/srv/window.log 2>&1 & window=$!
  found=1
  for _ in $(seq 60); do
    sleep 0.5
    kill -0 $window 2>/dev/null || break
    if xwininfo -root -tree 2>/dev/null | grep -E "\"[^\"]*services-agreement[^\"]*\"|\"Fusen\""; then found=0; break; fi
  done
  sleep 25 # the analysis runs behind the pages
  kill -0 $window 2>/dev/null || { echo "the window is gone"; found=1; }
  .venv/bin/python -c "
from PySide6.QtGui import QGuiApplication
application = QGuiApplication([])
application.primaryScreen().grabWindow(0).save(\"/srv/window.png\")"
  kill $window $screen 2>/dev/null
  exit $found
' env DISPLAY=:77 || { tail -n 20 "$bare/srv/window.log"; fail "no window came up"; }
cat "$bare/srv/window.log"
[[ -z $picture ]] || cp "$bare/srv/window.png" "$picture"

if [[ $tests ]]; then
  second=$(readme_line 'tests/run.py')
  say "$second"
  seconds=$SECONDS
  in_clone "$second" || fail "the README's second command exited with an error"
  echo "exited 0 after $((SECONDS - seconds)) s"
fi
say "Proved."

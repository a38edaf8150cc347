#!/usr/bin/env bash
# Proves the README in a bare Debian: its first command, taken from the README itself, in a system that debootstrap makes
# and that has Python and git and nothing else; then, with the README's packages, the window on a virtual screen.
# With --tests the README's second command too.
#
#     sudo tests/install/prove.sh [--tests]
#
# Needs root and debootstrap. pip's settings, certificates and local packages of this machine, where it has any, are made
# visible inside at the places that pip itself names. The folder and its mounts are removed at the end, however it ends.
set -euo pipefail

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
bare=$(mktemp -d)
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
  chroot "$bare" /usr/bin/env -i HOME=/root LANG=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin "${kept[@]}" "$@"
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
inside env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install \
  python3 python3-venv git ca-certificates >/dev/null

say "pip as on this machine"
while read -r file; do show_inside "$file"; done < <(python3 -m pip config debug | sed -n "s/^  *\(\/.*\), exists: True$/\1/p")
while read -r path; do show_inside "$path"; done < <(
  { python3 -m pip config list; env | grep -E '^(PIP_|SSL_CERT|REQUESTS_CA_BUNDLE)'; } |
    # The pages of a local index refer to files beside it, so what is shown of one is the folder above.
    grep -oE "(file://)?/[A-Za-z0-9_./+-]+" | sed -E 's,^file://(.*)/[^/]+/?$,\1,' | sort -u
)

say "A fresh clone"
git clone -q --no-hardlinks "$repository" "$bare/root/fusen"

first=$(readme_line '.venv/bin/fusen resources/')
say "$first"
seconds=$SECONDS
inside bash -c "cd /root/fusen && $first" >"$bare/root/first.out" 2>"$bare/root/first.err" ||
  { tail -n 30 "$bare/root/first.out" "$bare/root/first.err"; fail "the README's first command exited with an error"; }
echo "took $((SECONDS - seconds)) s"
tail -n 25 "$bare/root/first.out" "$bare/root/first.err"
grep -qiE 'page|p\. ?[0-9]' "$bare/root/first.out" || fail "no findings are listed"

say "A screen, but none of the window's libraries: the program names a package"
inside env DISPLAY=:77 bash -c 'cd /root/fusen && timeout 120 .venv/bin/fusen resources/examples/design-proposal.md' \
  >"$bare/root/missing.out" 2>&1 || true
grep -E 'apt(-get)? install' "$bare/root/missing.out" ||
  { tail -n 20 "$bare/root/missing.out"; fail "the packages for a window are not named"; }

say "The window, with the README's packages"
packages=$(readme_line 'apt-get install libegl1')
inside env DEBIAN_FRONTEND=noninteractive bash -c "apt-get -qq -y --no-install-recommends ${packages#apt-get } xvfb x11-utils" >/dev/null
# shellcheck disable=SC2016
inside bash -c '
  cd /root/fusen
  Xvfb :77 -screen 0 1280x900x24 >/dev/null 2>&1 & screen=$!
  sleep 2
  DISPLAY=:77 .venv/bin/fusen resources/examples/services-agreement.pdf >/root/window.log 2>&1 & window=$!
  found=1
  for _ in $(seq 60); do
    sleep 0.5
    if DISPLAY=:77 xwininfo -root -tree 2>/dev/null | grep -qi "fusen"; then found=0; break; fi
    kill -0 $window 2>/dev/null || break
  done
  kill $window $screen 2>/dev/null
  exit $found
' || { tail -n 20 "$bare/root/window.log"; fail "no window came up"; }
echo "a window came up"

if [[ ${1:-} == --tests ]]; then
  second=$(readme_line 'tests/run.py')
  say "$second"
  seconds=$SECONDS
  inside bash -c "cd /root/fusen && $second" || fail "the README's second command exited with an error"
  echo "took $((SECONDS - seconds)) s"
fi
say "Proved."

#!/usr/bin/env bash
# Runs a Windows program: cmake/toolchains/wine.sh PROGRAM [ARGUMENT...]. Wine's settings lie in build/wine unless WINEPREFIX
# names a folder; no display is needed.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
export WINEPREFIX=${WINEPREFIX:-$root/build/wine} WINEDEBUG=${WINEDEBUG:--all} WINEARCH=win64
mkdir -p "$WINEPREFIX"
# The first start makes the folder; two at once would be in each other's way.
exec 9>"$WINEPREFIX/.lock"
flock 9
if [ ! -e "$WINEPREFIX/.made" ]; then
  # Neither menu entries nor .NET and HTML of wine's own, which it would ask to download. .NET wants Windows 10.
  WINEDLLOVERRIDES="winemenubuilder.exe=d;mscoree=d;mshtml=d" wineboot --init >/dev/null 2>&1 9>&-
  wine reg add 'HKCU\Software\Wine' /v Version /d win10 /f >/dev/null 2>&1 9>&-
  touch "$WINEPREFIX/.made"
fi
flock -u 9
exec 9>&-
exec wine "$@"

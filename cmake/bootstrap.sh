#!/usr/bin/env bash
# Installs what the native build needs and this machine lacks, with apt when run as root.
# Otherwise says exactly what to install and fails.
#
#   cmake/bootstrap.sh             CMake, Ninja, g++ and Highway's headers: the library
#   cmake/bootstrap.sh --tests     GoogleTest as well: the native tests
#   cmake/bootstrap.sh --windows   the cross-compiler for Windows and wine as well: the preset windows
#   cmake/bootstrap.sh --emulator  qemu as well, which runs programs on CPUs that are not there
#   cmake/bootstrap.sh --neon      the cross-compiler for arm64 and qemu as well: the preset neon
#   cmake/bootstrap.sh --check     installs nothing: exit 0 when all is there
set -euo pipefail

want_tests=no
want_neon=no
want_emulator=no
want_windows=no
check_only=no
for argument in "$@"; do
  case "$argument" in
    --tests) want_tests=yes ;;
    --neon) want_neon=yes ;;
    --emulator) want_emulator=yes ;;
    --windows) want_windows=yes ;;
    --check) check_only=yes ;;
    *) echo "bootstrap.sh: unknown argument '$argument'" >&2; exit 2 ;;
  esac
done

has_command() { command -v "$1" >/dev/null 2>&1; }

# cmake --preset reads version 6 of the presets file since CMake 3.25.
has_cmake() {
  has_command cmake || return 1
  local version
  version=$(cmake --version | sed -n '1s/^cmake version //p')
  [ "$(printf '%s\n' 3.25 "$version" | sort -V | head -n 1)" = 3.25 ]
}

# Asks the compiler itself, so that CPATH and the like count.
has_header() { echo "#include <$1>" | "${CXX:-g++}" -std=c++17 -E -x c++ - >/dev/null 2>&1; }

missing_packages() {
  has_cmake || echo cmake
  has_command ninja || echo ninja-build
  has_command "${CXX:-g++}" || echo g++
  has_header hwy/highway.h || echo libhwy-dev
  if [ "$want_tests" = yes ]; then has_header gtest/gtest.h || echo libgtest-dev; fi
  if [ "$want_neon" = yes ]; then has_command aarch64-linux-gnu-g++ || echo g++-aarch64-linux-gnu; fi
  # One package has all of its emulators.
  if [ "$want_neon" = yes ] || [ "$want_emulator" = yes ]; then has_command qemu-x86_64 || echo qemu-user; fi
  if [ "$want_windows" = yes ]; then
    has_command x86_64-w64-mingw32-g++-posix || echo g++-mingw-w64-x86-64-posix
    has_command wine || printf "%s\n" wine wine64
  fi
  # The sources: packages hold the library for this machine only.
  if [ "$want_neon" = yes ] || [ "$want_windows" = yes ]; then
    [ -e /usr/src/googletest/googletest/CMakeLists.txt ] || echo googletest
  fi
}

mapfile -t missing < <(missing_packages)
[ ${#missing[@]} -gt 0 ] || exit 0
[ "$check_only" = no ] || exit 1

if ! has_command apt-get || [ "$(id -u)" -ne 0 ]; then
  {
    echo "The native build needs packages that this machine lacks: ${missing[*]}"
    if has_command apt-get; then
      echo "Install them with:  sudo apt-get update && sudo apt-get install -y ${missing[*]}"
    else
      echo "Those are Debian's names for CMake 3.25 or newer, Ninja, a C++17 compiler," \
           "Google Highway's headers and GoogleTest; install them with this system's package manager."
    fi
  } >&2
  exit 1
fi

install() {
  DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y -q \
    --no-install-recommends "${missing[@]}"
}

echo "Installing ${missing[*]} with apt-get ..."
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# The first try fails on a machine that never fetched the package lists, or whose lists are old.
if ! install >"$log" 2>&1; then
  apt-get -o DPkg::Lock::Timeout=300 update -q >"$log" 2>&1 || true
  if ! install >>"$log" 2>&1; then
    cat "$log" >&2
    echo "apt-get could not install ${missing[*]}; the lines above say why." >&2
    exit 1
  fi
fi

mapfile -t missing < <(missing_packages)
if [ ${#missing[@]} -gt 0 ]; then
  echo "Still missing after apt-get: ${missing[*]} (this system's versions may be too old)." >&2
  exit 1
fi

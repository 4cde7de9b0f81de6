#!/usr/bin/env bash
# Configures and builds a preset: what the .NET build calls. Quick when nothing changed.
#
#   cmake/build.sh PRESET [TARGET...]     e.g. cmake/build.sh release nativernn; TARGET all: the tests as well
#
# One at a time for each preset, however many projects ask for it at once.
set -euo pipefail
preset=${1:?preset}
targets=("${@:2}")
if [ ${#targets[@]} -eq 0 ]; then targets=(nativernn); fi
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

build=build/$preset
mkdir -p "$build"
if command -v flock >/dev/null 2>&1; then
  exec 9>"$build/.lock"
  flock 9
fi

tests=OFF
bootstrap=()
if [ "${targets[*]}" != nativernn ]; then
  tests=ON
  bootstrap=(--tests)
fi

case $preset in neon | windows) bootstrap+=("--$preset") ;; esac

# Which of the two configurations the build directory has, if it has one of this very tree.
configured() {
  [ -f "$build/build.ninja" ] &&
    grep -qx "CMAKE_HOME_DIRECTORY:INTERNAL=$root" "$build/CMakeCache.txt" &&
    { [ "$tests" = OFF ] || grep -qx "NATIVERNN_BUILD_TESTS:BOOL=ON" "$build/CMakeCache.txt"; }
}

# `dotnet run` shows nothing of a build; a person at a terminal shall know why the first one takes long.
if [ ! -e "$build/libnativernn.so" ] && [ ! -e "$build/libnativernn.dll" ]; then
  { echo "Building NativeRnn's native library; the first time takes a minute or two." >/dev/tty; } 2>/dev/null || true
fi

if ! configured; then
  cmake/bootstrap.sh "${bootstrap[@]}"
  # Where GoogleTest is there the tests are configured at once, so that nothing is configured twice.
  if cmake/bootstrap.sh --check --tests; then tests=ON; fi
  cmake --preset "$preset" --fresh -DNATIVERNN_BUILD_TESTS=$tests
fi
cmake --build "$build" --target "${targets[@]}"

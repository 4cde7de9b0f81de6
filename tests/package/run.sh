#!/usr/bin/env bash
# The packages as users get them: packs them, checks what is in them, and runs the README's first program from a fresh
# project outside this tree in every way that .NET publishes, the tool, and the search for a missing library.
# Any warning of the trimmer, of the AOT compiler or of NuGet fails.
#
#   tests/package/run.sh [NATIVES [CUDA_LIBRARY]]     as of pack.sh
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDTERMINALLOGGER=off
unset NATIVERNN_CUDA_LIBRARY NATIVERNN_DEVICE

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
feed=$work/feed
version=$(sed -nE 's:.*<Version>(.*)</Version>.*:\1:p' "$root/Directory.Build.props")

# shellcheck source=checks.sh
source "$here/checks.sh"
# shellcheck source=project.sh
source "$here/project.sh"
# shellcheck source=publish.sh
source "$here/publish.sh"
# shellcheck source=platforms.sh
source "$here/platforms.sh"

# A name for the symbols to link to: the tree here may come from nowhere.
repository=example/nativernn
check "pack" env RepositoryUrl="https://github.com/$repository" "$here/pack.sh" "$feed" "$@"
if [ "$failed" -gt 0 ]; then echo "0 passed, 1 failed" && exit 1; fi
git -C "$root" rev-parse HEAD >/dev/null 2>&1 || repository=
check "contents" dotnet run --project "$here/Check" -v quiet -- "$feed" "$version" ${repository:+"$repository"}

# From here on a folder of packages of its own, so that the packages under test never come from a cache.
export NUGET_PACKAGES=$root/build/package/packages
rm -rf "$NUGET_PACKAGES"/nativernn*

check "new project" new_project "$work/app"
check "framework-dependent" run_framework_dependent
check "restore for publishing" restore_for_publishing
check "self-contained" publish_and_run self-contained --self-contained
check "single file" publish_and_run single-file --self-contained -p:PublishSingleFile=true
check "single file with the library inside" publish_and_run single-file-extract --self-contained \
  -p:PublishSingleFile=true -p:IncludeNativeLibrariesForSelfExtract=true
check "trimmed" publish_and_run trimmed --self-contained -p:PublishTrimmed=true
check "native AOT" publish_and_run aot -p:PublishAot=true -p:CppCompilerAndLinker=gcc
check_on "arm64, under qemu" qemu-aarch64 run_on_arm64
check_on "Windows, under wine" wine run_on_windows
check_on "a CPU without AVX2, under qemu" qemu-x86_64 run_without_avx2
check_on "Debian 13's C library" apt-get run_on_debian13
check "missing library" run_without_library
check "time to the first prediction" measure_start
check "tool" run_tool
if [ -e "$feed/NativeRnn.Cuda.$version.nupkg" ]; then
  check "CUDA library" find_cuda_library
  check "CUDA library of a script" run_script
fi

echo "$passed passed, $failed failed, $not_run not run"
[ "$failed" -eq 0 ]

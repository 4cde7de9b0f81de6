#!/usr/bin/env bash
# Makes the pages of the API from the XML comments of the library's release build, in build/docs/site. A warning fails.
#
#   tests/package/docs.sh [OPTION...]     of dotnet build, for example -p:NativeRnnLibrary=PATH
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

dotnet build managed/NativeRnn -c Release -v quiet -p:RunAnalyzers=false "$@"
dotnet tool restore
rm -rf build/docs
dotnet docfx docs/docfx.json --warningsAsErrors
[ -s build/docs/site/api/NativeRnn.Training.Sequential.html ]

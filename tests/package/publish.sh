# Sourced by run.sh: what `dotnet publish` makes of the project.

# All that the ways of publishing need, at once.
restore_for_publishing() {
  cd "$work/app"
  dotnet restore -r linux-x64 -warnaserror -p:SelfContained=true -p:PublishTrimmed=true -p:PublishAot=true
}

# publish_and_run NAME OPTION...: of dotnet publish.
publish_and_run() {
  local out=$work/$1
  shift
  cd "$work/app"
  dotnet publish -c Release -r linux-x64 --no-restore -o "$out" -warnaserror -p:TrimmerSingleWarn=false "$@"
  (cd / && "$out/app") >"$work/result"
  check_result "$work/result"
  echo "NOTE $(du -sh --exclude='*.pdb' --exclude='*.dbg' "$out" | cut -f1) published"
}

# best_start PROGRAM: the least milliseconds of ten runs.
best_start() {
  local run
  for run in 1 2 3 4 5 6 7 8 9 10; do "$1"; done | sort -n | sed -n '1s/ ms$//p'
}

# require_start KIND MILLISECONDS LIMIT
require_start() {
  echo "NOTE $1: $2 ms, at most $3"
  awk -v got="$2" -v limit="$3" 'BEGIN { exit !(got > 0 && got <= limit) }'
}

# From the first line of Main to the first prediction of a small model.
measure_start() {
  cd "$work/app"
  cp "$here/Start.cs" Program.cs
  dotnet publish -c Release -r linux-x64 --no-restore -o "$work/start" -warnaserror --no-self-contained
  dotnet publish -c Release -r linux-x64 --no-restore -o "$work/start-aot" -warnaserror \
    -p:PublishAot=true -p:CppCompilerAndLinker=gcc
  require_start "on the installed .NET" "$(best_start "$work/start/app")" 150
  require_start "native AOT" "$(best_start "$work/start-aot/app")" 30
}

# Sourced by run.sh: the README's first program on the platforms of the package that this machine is not, in emulators, and
# with another glibc. After project.sh, and for x86-64 after the program was published as "aot".

# check_on NAME COMMAND FUNCTION: a check, or a line that says why there is none.
check_on() {
  if command -v "$2" >/dev/null; then
    check "$1" "$3"
  else
    not_run=$((not_run + 1))
    echo "not run: $1 ($2 is not installed)"
  fi
}

# publish_for RID: into $work/RID, with the runtime; from a copy of the project, which is restored for this platform alone.
publish_for() {
  mkdir "$work/app-$1"
  cp "$work/app/app.csproj" "$work/app/Program.cs" "$work/app-$1"
  cd "$work/app-$1"
  dotnet publish -c Release -r "$1" --self-contained -o "$work/$1" -warnaserror
}

run_on_arm64() {
  publish_for linux-arm64
  DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 qemu-aarch64 -L /usr/aarch64-linux-gnu "$work/linux-arm64/app" >"$work/result"
  check_result "$work/result"
}

run_on_windows() {
  publish_for win-x64
  "$root/cmake/toolchains/wine.sh" "$work/win-x64/app.exe" | tr -d '\r' >"$work/result"
  check_result "$work/result"
}

run_without_avx2() {
  qemu-x86_64 -cpu Nehalem "$work/aot/app" >"$work/result"
  check_result "$work/result"
}

run_on_debian13() {
  "$here/debian.sh" trixie "$work/aot/app" >"$work/result"
  check_result "$work/result"
}

# Sourced by run.sh: the fresh project and what runs in it.

# The README's first program: the code below the mark.
first_program() {
  awk '/^<!-- managed\/examples\/FirstProgram\/Program.cs -->$/ { marked = 1; next }
       marked && /^```csharp$/ { code = 1; next }
       code && /^```$/ { exit }
       code' "$root/README.md"
}

# NuGet's settings below $work: our packages from our folder alone, all others from where this machine has them.
write_nuget_config() {
  {
    echo '<configuration><packageSources>'
    echo "<add key=\"packages under test\" value=\"$feed\" />"
    echo '</packageSources><packageSourceMapping>'
    echo '<packageSource key="packages under test">'
    echo '<package pattern="NativeRnn" /><package pattern="NativeRnn.*" /></packageSource>'
    dotnet nuget list source |
      sed -nE 's:^ *[0-9]+\. +(.*) \[Enabled\]$:<packageSource key="\1"><package pattern="*" /></packageSource>:p'
    echo '</packageSourceMapping></configuration>'
  } >"$work/settings"
  mv "$work/settings" "$work/NuGet.config"
}

# new_project FOLDER: what the README tells to do.
new_project() {
  write_nuget_config
  dotnet new console -o "$1" --no-restore
  cd "$1"
  dotnet add package NativeRnn --version "$version"
  first_program >Program.cs
  [ -s Program.cs ] || { echo "README.md has no first program"; return 1; }
}

# check_result FILE: five lines "after A comes B, predicted C" with C near B.
check_result() {
  awk '/^after .* comes .*, predicted / {
         want = $4 + 0; got = $6 + 0; error = got - want
         if (error < -0.02 || error > 0.02) wrong++
         lines++
       }
       END { if (lines != 5 || wrong > 0) { print lines + 0 " results, " wrong + 0 " wrong"; exit 1 } }' "$1" ||
    { cat "$1"; return 1; }
}

run_framework_dependent() {
  cd "$work/app"
  dotnet build -c Release -warnaserror
  bin/Release/net10.0/app >result
  check_result result
}

# Without the library the exception says where it was looked for.
run_without_library() {
  local app=$work/self-contained
  rm "$app/libnativernn.so"
  ! "$app/app" >"$work/output" 2>&1 || { echo "it ran without the library"; return 1; }
  has "$app/libnativernn.so: not there" "$work/output"
  has "linux-x64" "$work/output"
}

# run_instead PROGRAM: the project with another program and the packages that it has by now.
run_instead() {
  cd "$work/app"
  cp "$1" Program.cs
  dotnet build -c Release -warnaserror
  bin/Release/net10.0/app
}

# The library of NativeRnn.Cuda is opened where it lies, beside NativeRnn's; without a GPU it says what is missing.
find_cuda_library() {
  cd "$work/app"
  dotnet add package NativeRnn.Cuda --version "$version"
  run_instead "$here/Cuda.cs" | tee "$work/cuda"
  has "opened: $work/app/bin/Release/net10.0/runtimes/linux-x64/native/libnativernn_cuda.so" "$work/cuda"
}

# A script of F# takes libraries from the packages' own folders.
run_script() {
  { echo "#i \"nuget: $feed\""; sed "s/VERSION/$version/" "$here/Cuda.fsx"; } >"$work/script.fsx"
  dotnet fsi "$work/script.fsx" | tee "$work/script"
  has "opened: $NUGET_PACKAGES/nativernn.cuda/$version/runtimes/linux-x64/native/libnativernn_cuda.so" "$work/script"
}

run_tool() {
  cd "$work"
  dotnet tool install NativeRnn.Cli --version "$version" --tool-path "$work/tool" --configfile "$work/NuGet.config"
  "$work/tool/nativernn" info | tee info
  has "$work/tool" info
  mkdir -p trained
  (cd trained && "$work/tool/nativernn" train text --max-seconds 3) | tee train
  # The picture needs the drawing library's native half.
  local file
  for file in model.safetensors loss.png; do
    find trained -name "$file" -size +0 | grep -q . || { echo "no $file was saved"; return 1; }
  done
}

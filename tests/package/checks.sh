# Sourced by run.sh: how checks are run and counted.
passed=0
failed=0
not_run=0

# check NAME COMMAND...: one line; what the command printed if it failed, or what it printed after "NOTE ".
check() {
  local name=$1 log=$work/log start=$SECONDS status=0
  shift
  # In a shell of its own where errors end it; `if` would switch that off.
  set +e
  (set -e; "$@") >"$log" 2>&1
  status=$?
  set -e
  if [ "$status" -eq 0 ]; then
    passed=$((passed + 1))
    echo "PASS $name ($((SECONDS - start)) s)"
    grep '^NOTE ' "$log" || true
  else
    failed=$((failed + 1))
    cat "$log"
    echo "FAIL $name"
  fi
}

# has TEXT FILE: fails, showing the file, where it lacks the text.
has() {
  grep -qF -- "$1" "$2" || { echo "no \"$1\" in:"; cat "$2"; return 1; }
}

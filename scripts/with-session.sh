#!/usr/bin/env bash
# Runs one command in a desktop session of its own: a private D-Bus, an unlocked keychain (gnome-keyring), and throwaway
# folders for everything that programs keep by themselves. Nothing of it touches the person's own session or survives.
#
#   scripts/with-session.sh COMMAND...
set -u

session=$(mktemp -d "${TMPDIR:-/tmp}/lastframe-session.XXXXXX")
trap 'rm -rf "$session"' EXIT
mkdir -m 700 "$session/runtime" "$session/data" "$session/config" "$session/cache"
export XDG_RUNTIME_DIR=$session/runtime XDG_DATA_HOME=$session/data XDG_CONFIG_HOME=$session/config XDG_CACHE_HOME=$session/cache

# The command keeps this script's stdout and stderr (as 4 and 3 until then); the bus, the keychain and whatever the bus
# starts have nothing to say that anyone needs.
# The keychain's password must not be empty: with an empty one there is no collection to store into.
# shellcheck disable=SC2016 # expanded by the inner shell, inside the session
dbus-run-session -- bash -c '
  eval "$(printf "%s" lastframe-tests | gnome-keyring-daemon --unlock --components=secrets)"
  "$@" >&4 2>&3 3>&- 4>&-
  code=$?
  if [ -n "${GNOME_KEYRING_PID:-}" ]; then kill "$GNOME_KEYRING_PID"; fi
  exit "$code"
' session "$@" 3>&2 4>&1 >/dev/null 2>/dev/null

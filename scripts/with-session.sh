#!/usr/bin/env bash
# Runs one command in a desktop session of its own: a private D-Bus, an unlocked keychain (gnome-keyring), and throwaway
# folders for everything that programs keep by themselves. Nothing of it touches the person's own session or survives.
#
#   scripts/with-session.sh COMMAND...
set -u

session=$(mktemp -d "${TMPDIR:-/tmp}/lastframe-session.XXXXXX")

# Whatever the bus started (the accessibility bus starts another bus) does not always end with it. What is left is known by
# this session's folder in its environment.
sweep() (
  unset XDG_RUNTIME_DIR
  for environment in $(grep -lsaF "XDG_RUNTIME_DIR=$session/runtime" /proc/[0-9]*/environ); do
    kill "$(basename "$(dirname "$environment")")" 2>/dev/null
  done
)
trap 'sweep; rm -rf "$session"' EXIT
mkdir -m 700 "$session/runtime" "$session/data" "$session/config" "$session/cache"
export XDG_RUNTIME_DIR=$session/runtime XDG_DATA_HOME=$session/data XDG_CONFIG_HOME=$session/config XDG_CACHE_HOME=$session/cache

# Not empty: with an empty password there is no collection to store into.
printf %s lastframe-tests >"$session/password"

# Inside the session: the keychain in the foreground, so that its end is ours to bring about; the command once the
# keychain has its name on the bus, or the bus would start another, locked one.
# shellcheck disable=SC2016 # expanded by the inner shell
inside='
  gnome-keyring-daemon --foreground --unlock --components=secrets <"$0" &
  keychain=$!
  for _ in $(seq 200); do
    dbus-send --session --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.NameHasOwner \
      string:org.freedesktop.secrets | grep -q "boolean true" && break
    sleep 0.05
  done
  "$@" >&4 2>&3 3>&- 4>&-
  code=$?
  kill "$keychain"
  wait "$keychain"
  exit "$code"
'

# The command keeps this script's stdout and stderr (as 4 and 3 until then); the bus, the keychain and whatever the bus
# starts have nothing to say that anyone needs. All of it is one process group, so that told to stop, all of it stops.
set -m
dbus-run-session -- bash -c "$inside" "$session/password" "$@" 3>&2 4>&1 >/dev/null 2>/dev/null &
group=$!
trap 'kill -TERM -- "-$group"' INT TERM HUP
wait "$group"
code=$?
while kill -0 "$group" 2>/dev/null; do # a signal ended the wait, not the group
  wait "$group"
  code=$?
done
exit "$code"

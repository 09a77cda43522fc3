#!/bin/sh
# Installs Virtuoso for the tests of remote stores, where that can be done without a question; else says what is skipped.
command -v virtuoso-t >/dev/null && exit 0
as=""
[ "$(id -u)" = 0 ] || as="sudo -n"
if command -v apt-get >/dev/null && $as true 2>/dev/null; then
  export DEBIAN_FRONTEND=noninteractive
  { $as apt-get -qq update && $as apt-get -qq install -y --no-install-recommends virtuoso-opensource-7-bin; } >/dev/null 2>&1
fi
command -v virtuoso-t >/dev/null || echo "Virtuoso could not be installed (apt-get install virtuoso-opensource-7-bin): its tests are skipped"
exit 0

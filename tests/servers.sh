#!/bin/sh
# Installs the servers that some tests need (Virtuoso as a store; nginx and Caddy as proxies), where that can be done without a question;
# else says what is skipped.
wanted=""
command -v virtuoso-t >/dev/null || wanted="$wanted virtuoso-opensource-7-bin"
command -v nginx >/dev/null || [ -x /usr/sbin/nginx ] || wanted="$wanted nginx-light"
command -v caddy >/dev/null || wanted="$wanted caddy"
[ -n "$wanted" ] || exit 0
as=""
[ "$(id -u)" = 0 ] || as="sudo -n"
if command -v apt-get >/dev/null && $as true 2>/dev/null; then
  export DEBIAN_FRONTEND=noninteractive
  $as apt-get -qq update >/dev/null 2>&1
  for package in $wanted; do
    $as apt-get -qq install -y --no-install-recommends "$package" >/dev/null 2>&1 ||
      echo "$package could not be installed (apt-get install $package): its tests are skipped"
  done
else
  echo "these could not be installed, and their tests are skipped:$wanted"
fi
exit 0

# shellcheck shell=bash
# Whether what the scripts run has to be built. To be sourced, where root is set.

# shellcheck disable=SC2154 # root
# outdated JAR...: true if one, a path below the root, is missing or older than what it is made from.
outdated() {
  local jar
  for jar; do
    [[ -f $root/$jar ]] || return 0
    [[ -z $(cd "$root" && find pom.xml connectors operators jobs conf/detectors -name node_modules -prune -o \
      -newer "$jar" \( -path '*/src/main/*' -o -path '*/page/src/*' -o -path '*/page/public/*' -o -name pom.xml -o \
      -name '*.yaml' \) -type f -print -quit) ]] || return 0
  done
  return 1
}

# shellcheck shell=bash
# Which version of the repository this is. To be sourced, where root is set.

# shellcheck disable=SC2154 # root
# commit: the short name of the commit; with what was changed since, files that git does not know among it, it
# is one "with changes". The pages, where results go, are no change of what is measured.
commit() {
  local name
  name=$(git -C "$root" rev-parse --short HEAD 2>/dev/null) || {
    echo unknown
    return
  }
  [[ -z $(git -C "$root" status --porcelain --untracked-files=normal -- . ':!docs') ]] || name+=" with changes"
  echo "$name"
}

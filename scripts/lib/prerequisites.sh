# shellcheck shell=bash
# What the scripts need from this machine. To be sourced.
#
# Each require_* function returns if its part is there, and touches nothing then. If it is missing it is
# installed with apt-get where that needs no question: on Debian or Ubuntu, as root or with a sudo that asks
# for no password. Anywhere else the function says what is missing and how to get it, and ends the script.

# fail MESSAGE: ends the script with status 1.
fail() {
  echo "${0##*/}: $*" >&2
  exit 1
}

# The java that Maven would use as well: that of JAVA_HOME, or else the one on the path.
java=${JAVA_HOME:+$JAVA_HOME/bin/}java

# Java 17 or newer, to run.
require_java() {
  [[ -z ${JAVA_HOME:-} || -x $java ]] || fail "JAVA_HOME is $JAVA_HOME, and there is no bin/java in it"
  command -v "$java" >/dev/null ||
    install_packages openjdk-17-jdk-headless ||
    install_packages default-jdk-headless ||
    fail "Java is missing; install a JDK, 17 or newer (Debian, Ubuntu: openjdk-17-jdk-headless)"
  local version
  version=$("$java" -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p')
  ((${version:-0} >= 17)) ||
    fail "$(command -v "$java") is Java ${version:-of an unknown version}; 17 or newer is needed." \
      "Install one, or set JAVA_HOME to it"
  java_version=$version
}

# Maven 3.8 or newer, and a compiler for it.
require_maven() {
  require_java
  command -v "${java}c" >/dev/null ||
    install_packages "openjdk-$java_version-jdk-headless" ||
    fail "$(command -v "$java") has no compiler beside it; install a JDK $java_version, or set JAVA_HOME to one"
  command -v mvn >/dev/null ||
    install_packages maven ||
    fail "Maven is missing; install it, 3.8 or newer (Debian, Ubuntu: maven)"
  local version
  version=$(mvn -B -version | sed -n 's/.*Apache Maven \([0-9.]*\).*/\1/p')
  printf '3.8\n%s\n' "$version" | sort --check=quiet --version-sort ||
    fail "$(command -v mvn) is Maven ${version:-of an unknown version}; 3.8 or newer is needed"
}

# Node 18 or newer and npm, which make the gateway's page. For whoever builds jobs/gateway, or everything.
require_node() {
  require_packages nodejs npm
  local version
  version=$(node --version | sed -n 's/^v\([0-9]*\).*/\1/p')
  ((${version:-0} >= 18)) ||
    fail "$(command -v node) is Node ${version:-of an unknown version}; 18 or newer is needed"
}

# require_packages PACKAGE...: tools, by the names of their packages in Debian and Ubuntu.
require_packages() {
  local package missing=()
  for package; do
    is_there "$package" || missing+=("$package")
  done
  ((${#missing[@]} == 0)) ||
    install_packages "${missing[@]}" ||
    fail "missing: ${missing[*]} (names of Debian's packages); install them"
}

# A tool that came another way than from its package is as good.
is_there() {
  case $1 in
    curl) command -v curl ;;
    hdf5-tools) command -v h5dump ;;
    nodejs) command -v node ;;
    npm) command -v npm ;;
    # Not everybody has the folder of daemons on the path.
    slurm-wlm) PATH=$PATH:/usr/sbin command -v slurmctld ;;
    munge) PATH=$PATH:/usr/sbin command -v munged ;;
    slurmrestd | slurmdbd) PATH=$PATH:/usr/sbin command -v "$1" ;;
    postgresql) compgen -G '/usr/lib/postgresql/*/bin/postgres' ;;
    python3-h5py) /usr/bin/python3 -c 'import h5py' ;;
    *) dpkg --status "$1" ;;
  esac &>/dev/null
}

# install_packages PACKAGE...: false if this machine does not let us, or does not have them.
install_packages() {
  command -v apt-get >/dev/null || return 1
  local as_root=()
  if ((EUID != 0)); then
    as_root=(sudo -n)
    "${as_root[@]}" true 2>/dev/null || return 1
  fi
  echo "${0##*/}: installing $*" >&2
  {
    "${as_root[@]}" apt-get update -qq &&
      "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "$@"
  } </dev/null >&2
}

package io.millrace.gateway.people;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How often somebody may be wrong: so many times for an account, and so many times from an address,
 * then not before the time is over. Each failure is forgotten after that time, and a login forgets
 * those of its account. An IPv6 address counts as its /64 network, which is the least that one
 * customer is given: else each try could come from another.
 *
 * <p>In memory: a gateway that is started again forgives, which gains who tries no more than a few
 * tries. Those whose time is over are forgotten, and of more than some thousand names or addresses
 * the eldest.
 */
final class LoginLimit {
  static final int PER_NAME = 10;
  static final int PER_ADDRESS = 30;
  static final Duration WINDOW = Duration.ofMinutes(15);
  static final int MOST = 10_000;
  private static final int NETWORK_BYTES = 8;

  private static final class Failures {
    private Instant since;
    private int count;
  }

  private final Clock clock;
  private final Map<String, Failures> names = bounded();
  private final Map<String, Failures> addresses = bounded();

  LoginLimit(Clock clock) {
    this.clock = clock;
  }

  private static Map<String, Failures> bounded() {
    return new LinkedHashMap<>() { // in the order of their first failure, so of their end
      @Override
      protected boolean removeEldestEntry(Map.Entry<String, Failures> eldest) {
        return size() > MOST;
      }
    };
  }

  /** How long nobody may try it with that name, or from there; empty if one may. */
  synchronized Optional<Duration> wait(String name, String address) {
    Duration wait = wait(names, name, PER_NAME);
    Duration other = wait(addresses, network(address), PER_ADDRESS);
    Duration longer = wait.compareTo(other) > 0 ? wait : other;
    return longer.isZero() ? Optional.empty() : Optional.of(longer);
  }

  private Duration wait(Map<String, Failures> of, String key, int most) {
    Failures failures = of.get(key);
    if (failures == null) {
      return Duration.ZERO;
    }
    Duration left = Duration.between(clock.instant(), failures.since.plus(WINDOW));
    if (left.isNegative() || left.isZero()) {
      of.remove(key);
      return Duration.ZERO;
    }
    return failures.count >= most ? left : Duration.ZERO;
  }

  /**
   * Counts a try before its password is looked at, so that many at once are no way around.
   *
   * @return how long to wait; then it may not be tried
   */
  synchronized Optional<Duration> begin(String name, String address) {
    Optional<Duration> wait = wait(name, address);
    if (wait.isEmpty()) {
      count(names, name);
      count(addresses, network(address));
    }
    return wait;
  }

  private void count(Map<String, Failures> of, String key) {
    Instant over = clock.instant().minus(WINDOW);
    Iterator<Failures> eldest = of.values().iterator();
    while (eldest.hasNext() && !eldest.next().since.isAfter(over)) {
      eldest.remove();
    }
    Failures failures = of.computeIfAbsent(key, k -> new Failures());
    if (failures.count == 0) {
      failures.since = clock.instant();
    }
    failures.count++;
  }

  /** A try was right: it does not count, nor do those before with this name. */
  synchronized void succeeded(String name, String address) {
    names.remove(name);
    String network = network(address);
    Failures there = addresses.get(network);
    if (there != null && --there.count == 0) {
      addresses.remove(network);
    }
  }

  /** How many names and addresses are remembered. */
  synchronized int size() {
    return names.size() + addresses.size();
  }

  /** What an address counts as; any other text, which a proxy may send, as itself. */
  private static String network(String address) {
    String plain = address.replaceAll("^\\[|\\]$|%.*$", "");
    if (!plain.matches("[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*")) {
      return address; // and is never looked up as a name
    }
    try {
      InetAddress ip = InetAddress.getByName(plain);
      return ip instanceof Inet6Address
          ? HexFormat.of().formatHex(ip.getAddress(), 0, NETWORK_BYTES) + "/64"
          : ip.getHostAddress();
    } catch (UnknownHostException e) {
      return address;
    }
  }
}

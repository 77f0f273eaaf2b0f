package io.millrace.ingest.console;

import io.millrace.coordination.Member;
import io.millrace.coordination.ZooKeeperConnection;
import io.millrace.sockets.CurveKeys;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Who can be reached from other machines, and whether keys keep strangers out. */
final class ExposureFindings {
  private static final String UNKEYED =
      "Nothing is encrypted, and whoever reaches it is believed: make keys (millrace keys), set %s for all parts (docs/SECURITY.md), or see that a firewall keeps others out."
          .formatted(CurveKeys.VARIABLE);

  private static final Pattern URL = Pattern.compile("[a-z]+://(\\[[^]]*\\]|[^:/]*)");

  private ExposureFindings() {}

  /**
   * Of ZooKeeper's connect string, and of what members offer.
   *
   * @param credentials whether ZooKeeper's nodes are closed to others
   */
  static List<Finding> in(String zooKeeper, boolean credentials, List<Member> members) {
    List<Finding> found = new ArrayList<>();
    boolean remote =
        Arrays.stream(zooKeeper.split("/", 2)[0].split(","))
            .anyMatch(server -> !isLoopback(host(server)));
    if (remote && !credentials) {
      found.add(
          Finding.warning(
              "security",
              "ZooKeeper is reached at %s, and its nodes are open to everybody"
                  .formatted(zooKeeper),
              "Set %s for all parts: docs/SECURITY.md."
                  .formatted(ZooKeeperConnection.CREDENTIALS)));
    }
    for (Member member : members) {
      List<String> open =
          member.offers().values().stream()
              .filter(ExposureFindings::isReachedFromElsewhere)
              .toList();
      String reached = "%s is reached at %s".formatted(Wording.who(member), Wording.list(open));
      if (!open.isEmpty() && member.offers().containsKey(Member.KEYS)) {
        found.add(Finding.ok("security", reached + ", by those only whose keys it knows"));
      } else if (!open.isEmpty()) {
        found.add(Finding.warning("security", reached, UNKEYED));
      }
    }
    if (found.isEmpty()) {
      found.add(Finding.ok("security", "nobody offers an address that other machines reach"));
    }
    return found;
  }

  /** The key file of this process' environment; empty if it has none. */
  static List<Finding> keys() {
    try {
      return CurveKeys.ofEnvironment()
          .map(keys -> List.of(Finding.ok("keys", keys.toString())))
          .orElse(List.of());
    } catch (IOException e) {
      return List.of(
          Finding.problem(
              "keys", e.getMessage(), "docs/SECURITY.md tells how key files are made."));
    }
  }

  private static boolean isReachedFromElsewhere(String offer) {
    Matcher url = URL.matcher(offer);
    return url.lookingAt() && !isLoopback(url.group(1));
  }

  private static String host(String hostAndPort) {
    int colon = hostAndPort.lastIndexOf(':');
    return colon < 0 ? hostAndPort : hostAndPort.substring(0, colon);
  }

  /** By how it is written: a name may be resolved otherwise elsewhere. */
  static boolean isLoopback(String host) {
    return host.equalsIgnoreCase("localhost")
        || host.matches("127(\\.[0-9]{1,3}){3}")
        || host.equals("[::1]");
  }
}

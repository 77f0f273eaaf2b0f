package io.millrace.ingest.console;

import io.millrace.coordination.Member;
import io.millrace.coordination.ZooKeeperConnection;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Who can be reached from other machines, while nothing is encrypted and nobody has to log in. */
final class ExposureFindings {
  private static final String NEXT =
      "Nothing is encrypted, and whoever reaches it is believed: see that a firewall or a network of its own keeps others out.";

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
              "Set %s for all parts: docs/COORDINATION.md."
                  .formatted(ZooKeeperConnection.CREDENTIALS)));
    }
    for (Member member : members) {
      List<String> open =
          member.offers().values().stream()
              .filter(ExposureFindings::isReachedFromElsewhere)
              .toList();
      if (!open.isEmpty()) {
        found.add(
            Finding.warning(
                "security",
                "%s is reached at %s".formatted(Wording.who(member), Wording.list(open)),
                NEXT));
      }
    }
    if (found.isEmpty()) {
      found.add(Finding.ok("security", "nobody offers an address that other machines reach"));
    }
    return found;
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

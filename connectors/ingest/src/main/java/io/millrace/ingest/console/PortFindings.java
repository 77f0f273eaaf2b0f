package io.millrace.ingest.console;

import io.millrace.coordination.Member;
import io.millrace.coordination.Role;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** Whether the ports that are the defaults of the parts are free, or who has them. */
final class PortFindings {
  static final int ZOOKEEPER = 2181;
  static final int FLINK = 8081;
  static final int PRODUCERS = 5560;
  static final int LANES = 5600;

  private static final Duration HTTP_TIMEOUT = Duration.ofSeconds(1);
  private static final Pattern PORT = Pattern.compile("^tcp://.*:([0-9]{1,5})$");
  private static final Pattern FLINK_VERSION = Pattern.compile("\"flink-version\":\"([^\"]*)\"");

  private final IntPredicate isFree;
  private final String host;
  private final List<Member> members;

  /**
   * @param isFree whether a port of this machine is
   * @param host name of this machine, as members call it
   * @param members all that are there
   */
  PortFindings(IntPredicate isFree, String host, List<Member> members) {
    this.isFree = isFree;
    this.host = host;
    this.members = members;
  }

  /** Whether nobody listens at a port of this machine. */
  static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket(port)) {
      return socket.isBound();
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * @param answers whether it is ZooKeeper that has the port
   */
  Finding zooKeeper(boolean answers) {
    String subject = "port " + ZOOKEEPER;
    if (isFree.test(ZOOKEEPER)) {
      return Finding.ok(subject, "free (ZooKeeper's)");
    }
    return answers
        ? Finding.ok(subject, "used by ZooKeeper")
        : used(subject, ZOOKEEPER, "it is ZooKeeper's", "ZooKeeper another --port");
  }

  /**
   * @param flink the version of the Flink that answers there, if one does
   */
  Finding flink(Optional<String> flink) {
    String subject = "port " + FLINK;
    if (isFree.test(FLINK)) {
      return Finding.ok(subject, "free (Flink's dashboard)");
    }
    return flink
        .map(version -> Finding.ok(subject, "used by Flink %s".formatted(version)))
        .orElseGet(
            () ->
                used(
                    subject,
                    FLINK,
                    "it is that of Flink's dashboard",
                    "Flink another one (scripts/flink start --rest-port)"));
  }

  /** The version of the Flink whose dashboard is at this machine's default port. */
  static Optional<String> flinkHere() throws InterruptedException {
    try {
      String answer =
          HttpClient.newBuilder()
              .connectTimeout(HTTP_TIMEOUT)
              .build()
              .send(
                  HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d/config".formatted(FLINK)))
                      .timeout(HTTP_TIMEOUT)
                      .build(),
                  HttpResponse.BodyHandlers.ofString())
              .body();
      Matcher version = FLINK_VERSION.matcher(answer);
      return version.find() ? Optional.of(version.group(1)) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Those at which an aggregator listens for the modules of a camera, and for a lane. */
  List<Finding> aggregator(int modules) {
    return List.of(
        range(PRODUCERS, modules, "producers", Member.PRODUCERS, "--listen"),
        range(LANES, modules, "lane 0", Member.LANES_AT, "--lane-address"));
  }

  private Finding range(int first, int n, String whose, String offer, String option) {
    String subject = n == 1 ? "port " + first : "ports %d-%d".formatted(first, first + n - 1);
    List<Integer> used =
        IntStream.range(first, first + n).filter(p -> !isFree.test(p)).boxed().toList();
    if (used.isEmpty()) {
      return Finding.ok(subject, "free (%s of an aggregator)".formatted(whose));
    }
    List<String> owners = new ArrayList<>();
    for (Member member : members) {
      if (member.role() == Role.AGGREGATOR
          && member.host().equals(host)
          && port(member.offers().get(offer)) == first) {
        owners.add(Wording.who(member));
      }
    }
    return owners.isEmpty()
        ? used(
            subject,
            used.get(0),
            "it is for %s of an aggregator".formatted(whose),
            "the aggregator another " + option)
        : Finding.ok(subject, "used by %s, for %s".formatted(Wording.list(owners), whose));
  }

  private static int port(String offer) {
    Matcher port = PORT.matcher(offer == null ? "" : offer);
    return port.find() ? Integer.parseInt(port.group(1)) : -1;
  }

  private static Finding used(String subject, int port, String whose, String give) {
    return Finding.warning(
        subject,
        "%d is used by a program that is no member; %s".formatted(port, whose),
        "ss -ltnp 'sport = :%d' tells which. End it, or give %s.".formatted(port, give));
  }
}

package io.millrace.coordination;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A process, or a lane of one, that takes part.
 *
 * @param version of this content
 * @param role what it does
 * @param name which one it is among those of its role, such as {@code module-2} or {@code lane-0};
 *     letters, digits, dots, dashes and underscores
 * @param session the session that it belongs to; null for none
 * @param host name of its machine
 * @param pid its process number there
 * @param protocol version of the wire protocol that it speaks
 * @param started when it began
 * @param offers what others need to know to use it: an aggregator's are {@link #PRODUCERS}, {@link
 *     #STATUSES}, {@link #LANES_AT}, {@link #LANES} and {@link #CAMERA}; a producer's {@link
 *     #DELIVERY}
 * @param state what it is at
 * @param reason of the state, for people; empty if there is nothing to say
 * @param changed when the state was entered
 * @param counters how often what has happened since it began, by name; or of the {@link #LEVELS}
 *     how much there is
 */
public record Member(
    @JsonProperty(required = true) int version,
    @JsonProperty(required = true) Role role,
    @JsonProperty(required = true) String name,
    String session,
    @JsonProperty(required = true) String host,
    long pid,
    int protocol,
    @JsonProperty(required = true) Instant started,
    Map<String, String> offers,
    @JsonProperty(required = true) MemberState state,
    String reason,
    Instant changed,
    Map<String, Long> counters) {

  /** Where an aggregator takes producers: module m at this address' port + m. */
  public static final String PRODUCERS = "producers";

  /** Where an aggregator tells producers what the lanes' readers have; absent if it does not. */
  public static final String STATUSES = "statuses";

  /** Where an aggregator's lanes are: lane l of module m at this port + l * modules + m. */
  public static final String LANES_AT = "lanes-at";

  /** How many lanes an aggregator has. */
  public static final String LANES = "lanes";

  /** Name of the detector description. */
  public static final String CAMERA = "camera";

  /** With which kind of keys an aggregator encrypts; absent if with none. */
  public static final String KEYS = "keys";

  /** Whether a producer's sectors are {@link #ACKNOWLEDGED} or {@link #UNACKNOWLEDGED}. */
  public static final String DELIVERY = "delivery";

  /** A producer keeps each sector until the job has it for good, and sends it again if need be. */
  public static final String ACKNOWLEDGED = "acknowledged";

  /** What is lost on the way is lost. */
  public static final String UNACKNOWLEDGED = "unacknowledged";

  /** Messages that a producer keeps until they are acknowledged. */
  public static final String KEPT = "kept";

  /** Memory of the sectors among them. */
  public static final String KEPT_BYTES = "keptBytes";

  /** Sectors among them that are in files. */
  public static final String SPILLED = "spilled";

  /** What these files occupy. */
  public static final String SPILLED_BYTES = "spilledBytes";

  /** Counters that tell how much there is now, and may fall again. */
  public static final Set<String> LEVELS =
      Set.of(KEPT, KEPT_BYTES, most(KEPT_BYTES), SPILLED, SPILLED_BYTES, most(SPILLED_BYTES));

  /** Name of the counter that tells how high a level may become. */
  public static String most(String level) {
    return level + "Most";
  }

  /** The wire protocol of spec-conforming peers: plain PUSH and PULL. */
  public static final int PLAIN = 1;

  /** Longest reason that is kept. */
  static final int LONGEST_REASON = 1_000;

  /** Copies the maps, in the order of their keys, and cuts a reason that is too long. */
  public Member {
    if (!name.matches("[A-Za-z0-9._-]+")) {
      throw new IllegalArgumentException(
          "a member is named with letters, digits, dots, dashes and underscores, not '%s'"
              .formatted(name));
    }
    offers = offers == null ? Map.of() : new TreeMap<>(offers);
    counters = counters == null ? Map.of() : new TreeMap<>(counters);
    reason = reason == null ? "" : reason;
    if (reason.length() > LONGEST_REASON) {
      reason = reason.substring(0, LONGEST_REASON);
    }
  }

  /** A member of this process that is about to start. */
  public static Member starting(
      Role role, String name, String session, Map<String, String> offers) {
    Instant now = Json.now();
    return new Member(
        Json.VERSION,
        role,
        name,
        session,
        localHost(),
        ProcessHandle.current().pid(),
        PLAIN,
        now,
        offers,
        MemberState.STARTING,
        "",
        now,
        Map.of());
  }

  /** The name of this machine, as others should call it. */
  public static String localHost() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }

  /**
   * Unique among all members ever, not only at a time: role, name, session, host, process and
   * start. One that is started again is another member, also if its process or its place in it is
   * the same, as in a container or in a Flink task; it must not take the node of the one before,
   * which goes later.
   */
  public String id() {
    return "%s-%s-%s-%s-%d-%d"
        .formatted(role, name, session == null ? "" : session, host, pid, started.toEpochMilli());
  }

  /** The same in another state. */
  public Member in(MemberState state, String reason) {
    return new Member(
        version,
        role,
        name,
        session,
        host,
        pid,
        protocol,
        started,
        offers,
        state,
        reason,
        Json.now(),
        counters);
  }

  /** The same with other counters. */
  public Member with(Map<String, Long> counters) {
    return new Member(
        version, role, name, session, host, pid, protocol, started, offers, state, reason, changed,
        counters);
  }

  byte[] write() {
    return Json.write(this);
  }

  static Member read(byte[] json) throws IOException {
    return Json.MAPPER.readValue(json, Member.class);
  }
}

package io.millrace.ingest;

import io.millrace.coordination.DaemonThreads;
import io.millrace.coordination.Member;
import io.millrace.coordination.MemberState;
import io.millrace.coordination.Members;
import io.millrace.coordination.Role;
import io.millrace.coordination.SessionAddress;
import io.millrace.coordination.ZooKeeperConnection;
import io.millrace.detector.DetectorDescription;
import io.millrace.detector.wire.Lanes;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the aggregator of a session takes producers, also when another one has taken the place of
 * the first, at the same address or at another: it is seen among the members only when it has the
 * claim to be the session's aggregator.
 *
 * <p>While nobody is seen, or ZooKeeper is away, the last one's address holds.
 */
final class SessionAggregator implements AutoCloseable {
  private static final long LOOK_MILLIS = 500;
  private static final Logger LOG = LoggerFactory.getLogger(SessionAggregator.class);

  private final String session;
  private final DetectorDescription detector;
  private final Members members;
  private final ScheduledExecutorService looking =
      Executors.newSingleThreadScheduledExecutor(new DaemonThreads("aggregator"));
  private String refused = "";

  /** By module. */
  private volatile List<AggregatorPlace> places;

  private SessionAggregator(String session, DetectorDescription detector, Members members) {
    this.session = session;
    this.detector = detector;
    this.members = members;
  }

  /**
   * Waits for the session's aggregator.
   *
   * @param detector whose sectors it has to relay
   * @throws IOException if none comes in time, or it is for another detector
   */
  static SessionAggregator find(
      ZooKeeperConnection zooKeeper, SessionAddress address, DetectorDescription detector)
      throws IOException {
    Members members = new Members(zooKeeper);
    try {
      SessionAggregator found = new SessionAggregator(address.session(), detector, members);
      Member first =
          members.await(address.session(), Role.AGGREGATOR, address.patience(), LOG::info);
      found.places = found.places(first);
      LOG.info(
          "The aggregator of session {} takes producers at {}",
          address.session(),
          first.offers().get(Member.PRODUCERS));
      found.looking.scheduleWithFixedDelay(
          found::look, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
      return found;
    } catch (IOException | RuntimeException e) {
      members.close();
      throw e;
    }
  }

  /** Where a module's sectors are taken now. Never waits. */
  AggregatorPlace place(int module) {
    return places.get(module);
  }

  private void look() {
    members.of(session, Role.AGGREGATOR).stream()
        .filter(member -> member.state() != MemberState.FAILED)
        .findFirst()
        .ifPresent(this::follow);
  }

  private void follow(Member aggregator) {
    try {
      List<AggregatorPlace> now = places(aggregator);
      if (!now.equals(places)) {
        LOG.warn(
            "The aggregator of session {} is {} now; sectors go to {}",
            session,
            aggregator.id(),
            aggregator.offers().get(Member.PRODUCERS));
        places = now;
      }
    } catch (IOException e) {
      if (!refused.equals(aggregator.id())) {
        refused = aggregator.id();
        LOG.error("Sectors do not go to the session's new aggregator: {}", e.getMessage());
      }
    }
  }

  private List<AggregatorPlace> places(Member aggregator) throws IOException {
    String camera = aggregator.offers().get(Member.CAMERA);
    if (!detector.name().equals(camera)) {
      throw new IOException(
          "%s relays the detector %s, but this producer sends %s; give both the same --camera"
              .formatted(aggregator.id(), camera, detector.name()));
    }
    try {
      return Lanes.at(aggregator.offers().get(Member.PRODUCERS), 1, detector.modules())
          .endpoints(0)
          .stream()
          .map(
              endpoint ->
                  new AggregatorPlace(
                      endpoint,
                      aggregator.id(),
                      aggregator.offers().getOrDefault(Member.STATUSES, ""),
                      Integer.parseInt(aggregator.offers().get(Member.LANES))))
          .toList();
    } catch (IllegalArgumentException | NullPointerException e) {
      throw new IOException(
          "%s does not say where it takes producers: %s; give its address (--aggregator)"
              .formatted(aggregator.id(), aggregator.offers()),
          e);
    }
  }

  @Override
  public void close() {
    looking.shutdownNow();
    members.close();
  }
}

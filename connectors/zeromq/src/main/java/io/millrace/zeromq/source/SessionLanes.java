package io.millrace.zeromq.source;

import io.millrace.coordination.Member;
import io.millrace.coordination.Members;
import io.millrace.coordination.Role;
import io.millrace.coordination.Scans;
import io.millrace.coordination.Session;
import io.millrace.coordination.SessionAddress;
import io.millrace.coordination.SessionState;
import io.millrace.coordination.Sessions;
import io.millrace.coordination.ZooKeeperConnection;
import io.millrace.detector.DetectorDescription;
import io.millrace.detector.wire.Lanes;
import java.io.IOException;
import java.util.Optional;
import org.apache.flink.annotation.Internal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a session tells its source: where its lanes are, and when there will be no more scans. Its
 * methods wait for ZooKeeper, and are called by one thread at a time.
 */
@Internal
public final class SessionLanes implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SessionLanes.class);

  private final SessionAddress address;
  private final DetectorDescription detector;
  // Made by the thread that asks, closed by another.
  private volatile ZooKeeperConnection connection;

  /**
   * @param detector whose sectors the lanes have to carry
   */
  public SessionLanes(SessionAddress address, DetectorDescription detector) {
    this.address = address;
    this.detector = detector;
  }

  /**
   * Opens the session, and waits for its aggregator. One that drains already is not opened again,
   * but if this job serves it, it has started again, and serves it to its end.
   *
   * @param job id of the Flink job that will serve the session
   * @throws IOException if ZooKeeper or the aggregator is not there in time, the session is over,
   *     or the aggregator is for another detector
   */
  public Lanes find(String job) throws IOException {
    Sessions sessions = new Sessions(connection());
    if (!isServedToItsEnd(sessions, job)) {
      sessions.open(address.session());
      sessions.serve(address.session(), job);
    }
    try (Members members = new Members(connection())) {
      Member aggregator =
          members.await(address.session(), Role.AGGREGATOR, address.patience(), LOG::info);
      LOG.info("The lanes of session {} are those of {}", address.session(), aggregator.offers());
      return lanes(aggregator);
    }
  }

  private boolean isServedToItsEnd(Sessions sessions, String job) throws IOException {
    return sessions
        .find(address.session())
        .filter(session -> session.state() == SessionState.DRAINING)
        .filter(session -> job.equals(session.job()))
        .isPresent();
  }

  private Lanes lanes(Member aggregator) throws IOException {
    String camera = aggregator.offers().get(Member.CAMERA);
    if (!detector.name().equals(camera)) {
      throw new IOException(
          "%s relays the detector %s, but the job counts %s; give both the same --camera"
              .formatted(aggregator.id(), camera, detector.name()));
    }
    try {
      return Lanes.at(
          aggregator.offers().get(Member.LANES_AT),
          Integer.parseInt(aggregator.offers().get(Member.LANES)),
          detector.modules());
    } catch (IllegalArgumentException | NullPointerException e) {
      throw new IOException(
          "%s does not say where its lanes are: %s".formatted(aggregator.id(), aggregator.offers()),
          e);
    }
  }

  /**
   * Whether the session takes no more scans, and all that were under way have ended.
   *
   * @throws IOException if ZooKeeper cannot be reached
   */
  public boolean isDrained() throws IOException {
    Optional<Session> now = new Sessions(connection()).find(address.session());
    if (now.isEmpty() || now.get().state() == SessionState.CLOSED) {
      return true;
    }
    return now.get().state() == SessionState.DRAINING
        && new Scans(connection(), address.session()).underWay().isEmpty();
  }

  private ZooKeeperConnection connection() throws IOException {
    if (connection == null) {
      connection = ZooKeeperConnection.open(address.zooKeeper(), address.patience());
    }
    return connection;
  }

  @Override
  public void close() {
    if (connection != null) {
      connection.close();
    }
  }
}

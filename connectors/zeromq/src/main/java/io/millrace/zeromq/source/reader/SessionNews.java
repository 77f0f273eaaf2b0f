package io.millrace.zeromq.source.reader;

import io.millrace.coordination.KnownScans;
import io.millrace.coordination.Scan;
import io.millrace.coordination.ScanState;
import io.millrace.coordination.Scans;
import io.millrace.coordination.SessionAddress;
import io.millrace.coordination.ZooKeeperConnection;
import io.millrace.zeromq.source.split.LanePosition;
import java.io.IOException;
import java.util.List;

/** What all lanes of a reader know of their session's scans: one connection for all of them. */
final class SessionNews implements AutoCloseable {
  private final ZooKeeperConnection zooKeeper;
  private final KnownScans scans;
  private final List<Long> begunBefore;

  /**
   * Begins to watch.
   *
   * @throws IOException if ZooKeeper is not there in time: without it, a lane that begins cannot
   *     know which scan a number stands for
   */
  SessionNews(SessionAddress session) throws IOException {
    zooKeeper = ZooKeeperConnection.open(session.zooKeeper(), session.patience());
    scans = new KnownScans(zooKeeper, session.session());
    try {
      begunBefore =
          new Scans(zooKeeper, session.session())
              .underWay().stream()
                  .filter(scan -> scan.state() != ScanState.ANNOUNCED)
                  .map(Scan::key)
                  .toList();
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  /** The keys for a lane that stands there. */
  ScanKeys keys(LanePosition position) {
    return SessionKeys.of(scans, begunBefore, position);
  }

  @Override
  public void close() {
    scans.close();
    zooKeeper.close();
  }
}

package io.millrace.coordination;

import java.io.Serializable;
import java.time.Duration;

/**
 * Where a session is found.
 *
 * @param zooKeeper ZooKeeper's connect string, such as {@code localhost:2181}
 * @param session name of the session
 * @param patience how long to wait for ZooKeeper, and for other parts of the session
 */
public record SessionAddress(String zooKeeper, String session, Duration patience)
    implements Serializable {
  /** Checks the name. */
  public SessionAddress {
    Session.requireName(session);
  }
}

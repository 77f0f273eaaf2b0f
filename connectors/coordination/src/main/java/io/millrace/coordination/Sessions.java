package io.millrace.coordination;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.apache.curator.framework.CuratorFramework;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.data.Stat;

/**
 * All sessions: nodes {@code /millrace/sessions/NAME}, each with the session as JSON and a folder
 * for everything that belongs to it.
 *
 * <p>Each method asks ZooKeeper and waits for the answer, so none is for a thread that data pass
 * through.
 */
public final class Sessions {
  static final String FOLDER = ZooKeeperConnection.ROOT + "/sessions";

  /** Closed sessions that are remembered; older ones are deleted when one closes. */
  static final int REMEMBERED = 100;

  private final ZooKeeperConnection zooKeeper;

  /** The sessions of a ZooKeeper. */
  public Sessions(ZooKeeperConnection zooKeeper) {
    this.zooKeeper = zooKeeper;
  }

  static String path(String session) {
    return FOLDER + "/" + session;
  }

  /**
   * Creates a session.
   *
   * @throws IOException if its name is taken, or ZooKeeper cannot be reached
   */
  public Session create(String name, Map<String, String> parameters) throws IOException {
    Session session = Session.create(name, parameters);
    try {
      client()
          .create()
          .creatingParentsIfNeeded()
          .withMode(CreateMode.PERSISTENT)
          .forPath(path(name), session.write());
      return session;
    } catch (KeeperException.NodeExistsException e) {
      return fill(session, e);
    } catch (Exception e) {
      throw unreachable(name, e);
    }
  }

  /** A job may have made a folder in a session that nobody has created. */
  private Session fill(Session session, Exception exists) throws IOException {
    try {
      Stat stat = new Stat();
      if (client().getData().storingStatIn(stat).forPath(path(session.name())).length > 0) {
        throw new IOException(
            "there is a session %s already; choose another name".formatted(session.name()), exists);
      }
      client()
          .setData()
          .withVersion(stat.getVersion())
          .forPath(path(session.name()), session.write());
      return session;
    } catch (Exception e) {
      throw unreachable(session.name(), e);
    }
  }

  /**
   * Opens a session for scans, and creates it if it is not there.
   *
   * @throws IOException if it drains or is closed, or ZooKeeper cannot be reached
   */
  public Session open(String name) throws IOException {
    if (find(name).isEmpty()) {
      try {
        create(name, Map.of());
      } catch (IOException e) {
        // Somebody may have been faster.
        if (find(name).isEmpty()) {
          throw e;
        }
      }
    }
    return move(name, SessionState.OPEN);
  }

  /**
   * Notes which job serves a session.
   *
   * @throws IOException if there is no such session, or ZooKeeper cannot be reached
   */
  public Session serve(String name, String job) throws IOException {
    return change(name, session -> session.servedBy(job));
  }

  /**
   * Lets a session end the scans that are under way, and take no more.
   *
   * @throws IOException if there is no such session, or it is closed, or ZooKeeper cannot be
   *     reached
   */
  public Session drain(String name) throws IOException {
    return move(name, SessionState.DRAINING);
  }

  /**
   * Ends a session: its scans under way have failed by that, and what only they needed is deleted.
   * Sessions that were closed long ago are forgotten.
   *
   * @throws IOException if there is no such session, or ZooKeeper cannot be reached
   */
  public Session close(String name) throws IOException {
    Session closed = move(name, SessionState.CLOSED);
    Scans scans = new Scans(zooKeeper, name);
    for (Scan scan : scans.underWay()) {
      scans.change(scan.id(), Sessions::givenUp);
    }
    try {
      for (String child : client().getChildren().forPath(path(name))) {
        if (!child.equals(Scans.NAME)) {
          delete(path(name) + "/" + child);
        }
      }
      List<Session> over =
          list().stream()
              .filter(s -> s.state() == SessionState.CLOSED)
              .sorted(Comparator.comparing(Session::changed).reversed())
              .skip(REMEMBERED)
              .toList();
      for (Session old : over) {
        delete(path(old.name()));
      }
    } catch (Exception e) {
      throw unreachable(name, e);
    }
    return closed;
  }

  private static Scan givenUp(Scan scan) {
    return scan.hasEnded()
        ? scan
        : scan.in(ScanState.FAILED, "the session was closed while the scan was " + scan.state());
  }

  private void delete(String path) throws Exception {
    client().delete().quietly().deletingChildrenIfNeeded().forPath(path);
  }

  private Session move(String name, SessionState next) throws IOException {
    return change(
        name,
        session -> {
          if (session.state().compareTo(next) > 0) {
            throw new IllegalStateException(
                "session %s is %s since %s and cannot become %s; create another one"
                    .formatted(name, session.state(), session.changed(), next));
          }
          return session.state() == next ? session : session.in(next);
        });
  }

  /** Changes a session as if nobody else did at the same time. */
  private Session change(String name, UnaryOperator<Session> change) throws IOException {
    try {
      while (true) {
        Stat stat = new Stat();
        byte[] content = client().getData().storingStatIn(stat).forPath(path(name));
        Session before = Session.read(content);
        Session after = change.apply(before);
        if (after.equals(before)) {
          return before;
        }
        try {
          client().setData().withVersion(stat.getVersion()).forPath(path(name), after.write());
          return after;
        } catch (KeeperException.BadVersionException e) {
          continue; // somebody was faster: look again
        }
      }
    } catch (KeeperException.NoNodeException e) {
      throw new IOException(
          "there is no session %s; scripts/millrace session list shows all".formatted(name), e);
    } catch (IllegalStateException e) {
      throw new IOException(e.getMessage(), e);
    } catch (Exception e) {
      throw unreachable(name, e);
    }
  }

  /**
   * A session, if it is there.
   *
   * @throws IOException if ZooKeeper cannot be reached
   */
  public Optional<Session> find(String name) throws IOException {
    try {
      byte[] content = client().getData().forPath(path(Session.requireName(name)));
      return content.length == 0 ? Optional.empty() : Optional.of(Session.read(content));
    } catch (KeeperException.NoNodeException e) {
      return Optional.empty();
    } catch (Exception e) {
      throw unreachable(name, e);
    }
  }

  /**
   * All sessions, the newest first.
   *
   * @throws IOException if ZooKeeper cannot be reached
   */
  public List<Session> list() throws IOException {
    List<Session> all = new ArrayList<>();
    try {
      for (String name : client().getChildren().forPath(FOLDER)) {
        find(name).ifPresent(all::add);
      }
    } catch (KeeperException.NoNodeException e) {
      return List.of();
    } catch (IOException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException(
          "the sessions could not be listed by ZooKeeper at " + zooKeeper.address(), e);
    }
    all.sort(Comparator.comparing(Session::created).reversed());
    return all;
  }

  private CuratorFramework client() {
    return zooKeeper.client();
  }

  private IOException unreachable(String session, Exception cause) {
    return cause instanceof IOException known
        ? known
        : new IOException(
            "session %s could not be looked up or changed in ZooKeeper at %s"
                .formatted(session, zooKeeper.address()),
            cause);
  }
}

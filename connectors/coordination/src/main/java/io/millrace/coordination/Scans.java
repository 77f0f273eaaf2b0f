package io.millrace.coordination;

import io.millrace.detector.ScanKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;
import java.util.function.UnaryOperator;
import org.apache.curator.framework.CuratorFramework;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.data.Stat;

/**
 * The scans of a session: {@code /millrace/sessions/SESSION/scans/ID}, and for each one under way
 * {@code /millrace/sessions/SESSION/under-way/NUMBER} with its id. {@code
 * /millrace/sessions/SESSION/numbering} says which generation of numbers the next one belongs to.
 *
 * <p>Each method asks ZooKeeper and waits for the answer, so none is for a thread that data pass
 * through.
 */
public final class Scans {
  /** Folder of the scans in that of their session. */
  static final String NAME = "scans";

  /** Ended scans of a session that are remembered; older ones are deleted when one ends. */
  static final int REMEMBERED = 100;

  private static final Comparator<Scan> NEWEST_FIRST =
      Comparator.comparing(Scan::started).reversed();

  /** More than as many parts as can change a scan at a time. */
  private static final int ATTEMPTS = 20;

  private final ZooKeeperConnection zooKeeper;
  private final String session;
  private final String folder;
  private final String underWay;
  private final String numbering;

  /** The scans of a session. */
  public Scans(ZooKeeperConnection zooKeeper, String session) {
    this.zooKeeper = zooKeeper;
    this.session = Session.requireName(session);
    this.folder = folder(session);
    this.underWay = underWayFolder(session);
    this.numbering = Sessions.path(session) + "/numbering";
  }

  static String folder(String session) {
    return Sessions.path(session) + "/" + NAME;
  }

  static String underWayFolder(String session) {
    return Sessions.path(session) + "/under-way";
  }

  /**
   * Begins a scan, or joins it if a scan of this number is under way: all producers of a scan call
   * this, and one that was restarted calls it again.
   *
   * @param width positions in a row, flyback column included; 0 if not known
   * @param height rows; 0 if not known
   * @throws IOException if ZooKeeper cannot be reached
   */
  public Scan begin(long number, int width, int height) throws IOException {
    return begin(
        number, width, height, numbers -> ScanKey.of(numbers.generationOfNext(number), number));
  }

  /**
   * The same for a scan that has its key already, since it was counted before anybody told of it.
   *
   * @return empty if another scan of its number is under way
   * @throws IOException if ZooKeeper cannot be reached
   */
  Optional<Scan> enter(long key, int width, int height) throws IOException {
    Scan scan = begin(ScanKey.number(key), width, height, numbers -> key);
    return scan.key() == key ? Optional.of(scan) : Optional.empty();
  }

  /**
   * The scans with a key that are remembered: one, but for producers that do not tell of their
   * scans.
   *
   * @throws IOException if ZooKeeper cannot be reached
   */
  List<Scan> withKey(long key) throws IOException {
    List<Scan> all = new ArrayList<>();
    for (String id : children(folder)) {
      if (id.startsWith(ScanKey.number(key) + "-")) {
        find(id).filter(scan -> scan.key() == key).ifPresent(all::add);
      }
    }
    return all;
  }

  private Scan begin(long number, int width, int height, ToLongFunction<ScanNumbering> key)
      throws IOException {
    try {
      prepare(number);
      for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        Optional<Scan> there = underWay(number);
        if (there.isPresent()) {
          return there.get();
        }
        Stat stat = new Stat();
        ScanNumbering before =
            ScanNumbering.read(client().getData().storingStatIn(stat).forPath(numbering));
        Scan scan = Scan.announced(session, key.applyAsLong(before), width, height);
        if (create(scan, before.with(scan.key()), stat.getVersion())) {
          return scan;
        }
      }
    } catch (Exception e) {
      throw unreachable("scan " + number, e);
    }
    throw new IOException(
        "scan %d of session %s begins and ends again and again; is another session's producer at work?"
            .formatted(number, session));
  }

  private void prepare(long number) throws Exception {
    client().checkExists().creatingParentsIfNeeded().forPath(path("-"));
    client().checkExists().creatingParentsIfNeeded().forPath(underWayPath(number));
    if (client().checkExists().forPath(numbering) == null) {
      try {
        client().create().forPath(numbering, ScanNumbering.START.write());
      } catch (KeeperException.NodeExistsException e) {
        return; // somebody was faster, and it is the same
      }
    }
  }

  /**
   * All nodes or none; false if the number is under way already, or another scan has begun since
   * the numbering was read, by which this one's generation may be another.
   */
  private boolean create(Scan scan, ScanNumbering numbers, int version) throws Exception {
    try {
      client()
          .transaction()
          .forOperations(
              client()
                  .transactionOp()
                  .setData()
                  .withVersion(version)
                  .forPath(numbering, numbers.write()),
              client().transactionOp().create().forPath(path(scan.id()), scan.write()),
              client()
                  .transactionOp()
                  .create()
                  .forPath(
                      underWayPath(scan.number()), scan.id().getBytes(StandardCharsets.UTF_8)));
      return true;
    } catch (KeeperException.NodeExistsException | KeeperException.BadVersionException e) {
      return false;
    }
  }

  /**
   * The scan of a number that is under way, if there is one.
   *
   * @throws IOException if ZooKeeper cannot be reached
   */
  public Optional<Scan> underWay(long number) throws IOException {
    try {
      byte[] id = client().getData().forPath(underWayPath(number));
      return find(new String(id, StandardCharsets.UTF_8));
    } catch (KeeperException.NoNodeException e) {
      return Optional.empty();
    } catch (Exception e) {
      throw unreachable("scan " + number, e);
    }
  }

  /**
   * All scans that are under way, the newest first.
   *
   * @throws IOException if ZooKeeper cannot be reached
   */
  public List<Scan> underWay() throws IOException {
    List<Scan> all = new ArrayList<>();
    for (String number : children(underWay)) {
      underWay(Long.parseLong(number)).ifPresent(all::add);
    }
    all.sort(NEWEST_FIRST);
    return all;
  }

  /**
   * A scan by its id, if it is remembered.
   *
   * @throws IOException if ZooKeeper cannot be reached
   */
  public Optional<Scan> find(String id) throws IOException {
    try {
      return Optional.of(Scan.read(client().getData().forPath(path(id))));
    } catch (KeeperException.NoNodeException e) {
      return Optional.empty();
    } catch (Exception e) {
      throw unreachable("scan " + id, e);
    }
  }

  /**
   * Changes a scan as if nobody else did at the same time. If it ends by that, its number is free
   * for the next one, and those that ended long ago are forgotten.
   *
   * @return the scan as it is now; empty if it is not remembered
   * @throws IOException if ZooKeeper cannot be reached
   */
  public Optional<Scan> change(String id, UnaryOperator<Scan> change) throws IOException {
    try {
      for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        Stat stat = new Stat();
        Scan before = Scan.read(client().getData().storingStatIn(stat).forPath(path(id)));
        Scan after = change.apply(before);
        boolean ends = after.state().hasEnded() && !before.state().hasEnded();
        try {
          write(after, stat.getVersion(), ends);
        } catch (KeeperException.BadVersionException e) {
          continue; // somebody was faster: look again
        }
        if (ends) {
          forgetOld();
        }
        return Optional.of(after);
      }
    } catch (KeeperException.NoNodeException e) {
      return Optional.empty();
    } catch (Exception e) {
      throw unreachable("scan " + id, e);
    }
    throw new IOException(
        "scan %s of session %s is changed by others all the time".formatted(id, session));
  }

  /** With its end, the scan's number is free: both at once, so that no other scan is hit. */
  private void write(Scan scan, int version, boolean ends) throws Exception {
    if (ends) {
      client()
          .transaction()
          .forOperations(
              client()
                  .transactionOp()
                  .setData()
                  .withVersion(version)
                  .forPath(path(scan.id()), scan.write()),
              client().transactionOp().delete().forPath(underWayPath(scan.number())));
    } else {
      client().setData().withVersion(version).forPath(path(scan.id()), scan.write());
    }
  }

  private void forgetOld() throws Exception {
    List<Scan> ended = list().stream().filter(s -> s.state().hasEnded()).skip(REMEMBERED).toList();
    for (Scan old : ended) {
      client().delete().quietly().forPath(path(old.id()));
    }
  }

  /**
   * All scans that are remembered, the newest first.
   *
   * @throws IOException if ZooKeeper cannot be reached
   */
  public List<Scan> list() throws IOException {
    List<Scan> all = new ArrayList<>();
    for (String id : children(folder)) {
      find(id).ifPresent(all::add);
    }
    all.sort(NEWEST_FIRST);
    return all;
  }

  /**
   * Ids of all scans that are remembered, in no order: one question, whatever they are.
   *
   * @throws IOException if ZooKeeper cannot be reached
   */
  public List<String> ids() throws IOException {
    return children(folder);
  }

  private List<String> children(String path) throws IOException {
    try {
      return client().getChildren().forPath(path);
    } catch (KeeperException.NoNodeException e) {
      return List.of();
    } catch (Exception e) {
      throw unreachable("the scans", e);
    }
  }

  private String path(String id) {
    return folder + "/" + id;
  }

  private String underWayPath(long number) {
    return underWay + "/" + number;
  }

  private CuratorFramework client() {
    return zooKeeper.client();
  }

  private IOException unreachable(String what, Exception cause) {
    return cause instanceof IOException known
        ? known
        : new IOException(
            "%s of session %s could not be looked up or changed in ZooKeeper at %s"
                .formatted(what, session, zooKeeper.address()),
            cause);
  }
}

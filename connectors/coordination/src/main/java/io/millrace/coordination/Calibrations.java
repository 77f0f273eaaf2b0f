package io.millrace.coordination;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.detector.Calibration;
import io.millrace.detector.CalibrationFailure;
import io.millrace.detector.CalibrationOutcome;
import io.millrace.detector.ScanKey;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.recipes.cache.ChildData;
import org.apache.zookeeper.KeeperException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The calibrations of one job: made once per scan, whether they succeed or not, published here, and
 * seen by every counter of the job.
 *
 * <p>What came of a scan's calibration is a node {@code
 * /millrace/sessions/SESSION/jobs/JOB/calibrations/KEY} with JSON: <code>{"calibration": {...}}
 * </code> or <code>{"failure": {...}}</code>. It is written once and never changed, so that a
 * counter that restarts uses the same thresholds as before, until it is forgotten when the scan has
 * long ended. The scan's {@link ScanKey key} and not its number names it, and each job has its own,
 * so that a detector that starts its numbers again does not find old thresholds.
 */
public final class Calibrations implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Calibrations.class);
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * How long publishing tries: longer than a pause of a minute. The last attempt may end some
   * seconds later.
   */
  public static final Duration PATIENCE = Duration.ofSeconds(90);

  private static final Duration RETRY_INTERVAL = Duration.ofMillis(500);

  /** What a node holds: one of the two. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  private record Node(Calibration calibration, CalibrationFailure failure) {
    static byte[] write(CalibrationOutcome outcome) throws IOException {
      return JSON.writeValueAsBytes(
          outcome instanceof CalibrationFailure failed
              ? new Node(null, failed)
              : new Node((Calibration) outcome, null));
    }

    static CalibrationOutcome read(byte[] json) throws IOException {
      Node node = JSON.readValue(json, Node.class);
      return node.failure != null ? node.failure : node.calibration;
    }
  }

  private final String address;
  private final Map<Long, CalibrationOutcome> known = new ConcurrentHashMap<>();
  private final SessionFolder folder;

  /**
   * Connects to ZooKeeper.
   *
   * @param address ZooKeeper's connect string, such as {@code localhost:2181}
   * @param session name of the session; letters, digits, dots, dashes and underscores
   * @param job id of the Flink job
   * @param timeout how long to wait for the connection
   * @throws IOException if there is no ZooKeeper within that time
   */
  public Calibrations(String address, String session, String job, Duration timeout)
      throws IOException {
    this.address = address;
    this.folder =
        new SessionFolder(
            address, session, job, "calibrations", timeout, this::remember, this::drop);
  }

  /** What came of the scan's calibration, as soon as this session has seen it. Never waits. */
  public Optional<CalibrationOutcome> find(long scan) {
    return Optional.ofNullable(known.get(scan));
  }

  /**
   * Publishes what came of a calibration for all counters of the session. Waits for a ZooKeeper
   * that is away, since the scan has to wait as well: nothing can be counted without.
   *
   * @return what holds: this, or what was published before
   * @throws ZooKeeperAwayException if no server answers for {@link #PATIENCE}
   * @throws IOException if ZooKeeper refuses it
   */
  public CalibrationOutcome publish(CalibrationOutcome outcome) throws IOException {
    return publish(outcome, PATIENCE);
  }

  CalibrationOutcome publish(CalibrationOutcome outcome, Duration patience) throws IOException {
    long deadline = System.nanoTime() + patience.toNanos();
    boolean told = false;
    while (true) {
      try {
        return tryToPublish(outcome);
      } catch (IOException e) {
        if (!ZooKeeperConnection.isAway(e)) {
          throw e;
        }
        if (System.nanoTime() - deadline >= 0) {
          throw new ZooKeeperAwayException(
              "ZooKeeper at %s did not answer for %d s, and so nobody can be told of the calibration"
                  .formatted(address, patience.toSeconds()),
              e);
        }
        if (!told) {
          told = true;
          LOG.warn(
              "ZooKeeper at {} does not answer; the calibration of scan {} waits for it, up to {} s",
              address,
              outcome.scan(),
              patience.toSeconds());
        }
        pause(outcome.scan());
      }
    }
  }

  private static void pause(long scan) throws IOException {
    try {
      TimeUnit.MILLISECONDS.sleep(RETRY_INTERVAL.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException(
          "interrupted while publishing the calibration of scan " + scan);
    }
  }

  private CalibrationOutcome tryToPublish(CalibrationOutcome outcome) throws IOException {
    String path = folder.path() + "/" + outcome.scan();
    try {
      folder.client().create().forPath(path, Node.write(outcome));
      return outcome;
    } catch (KeeperException.NodeExistsException e) {
      return read(path);
    } catch (Exception e) {
      throw new IOException(
          "the calibration of scan %s could not be written to ZooKeeper at %s"
              .formatted(ScanKey.name(outcome.scan()), address),
          e);
    }
  }

  private CalibrationOutcome read(String path) throws IOException {
    try {
      return Node.read(folder.client().getData().forPath(path));
    } catch (Exception e) {
      throw new IOException(
          "the calibration at %s could not be read from ZooKeeper at %s".formatted(path, address),
          e);
    }
  }

  /**
   * Deletes what came of a scan's calibration, when nobody needs it any more: a session that runs
   * for ever would fill ZooKeeper. Does not wait for it; what is left is only a small node.
   */
  public void forget(long scan) {
    String path = folder.path() + "/" + scan;
    try {
      folder.client().delete().quietly().inBackground().forPath(path);
    } catch (Exception e) {
      LOG.warn("The calibration at {} stays in ZooKeeper", path, e);
    }
  }

  private void drop(ChildData node) {
    known.remove(Long.valueOf(node.getPath().substring(folder.path().length() + 1)));
  }

  private void remember(ChildData node) {
    try {
      CalibrationOutcome outcome = Node.read(node.getData());
      known.put(outcome.scan(), outcome);
    } catch (JsonProcessingException e) {
      LOG.error("The calibration at {} is not valid; counting goes on waiting", node.getPath(), e);
    } catch (IOException e) {
      LOG.error("The calibration at {} cannot be read", node.getPath(), e);
    }
  }

  @Override
  public void close() {
    folder.close();
  }
}

package io.millrace.coordination;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.detector.Calibration;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.curator.framework.recipes.cache.ChildData;
import org.apache.zookeeper.KeeperException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The calibrations of one session: fitted once per scan, published here, and seen by every counter
 * of the session.
 *
 * <p>A calibration is a node {@code /millrace/sessions/SESSION/calibrations/SCAN} with the
 * calibration as JSON. It is written once and never changed, so that a counter that restarts uses
 * the same thresholds as before. A session's name is not used twice; that keeps a detector that
 * starts its scan numbers again from finding old thresholds.
 */
public final class Calibrations implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Calibrations.class);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final String address;
  private final Map<Long, Calibration> known = new ConcurrentHashMap<>();
  private final SessionFolder folder;

  /**
   * Connects to ZooKeeper.
   *
   * @param address ZooKeeper's connect string, such as {@code localhost:2181}
   * @param session name of the session; letters, digits, dots, dashes and underscores
   * @param timeout how long to wait for the connection
   * @throws IOException if there is no ZooKeeper within that time
   */
  public Calibrations(String address, String session, Duration timeout) throws IOException {
    this.address = address;
    this.folder = new SessionFolder(address, session, "calibrations", timeout, this::remember);
  }

  /** The scan's calibration, as soon as this session has seen it. Never waits. */
  public Optional<Calibration> find(long scan) {
    return Optional.ofNullable(known.get(scan));
  }

  /**
   * Publishes a calibration for all counters of the session.
   *
   * @return the calibration that holds: this one, or the one that was published before
   * @throws IOException if ZooKeeper cannot be reached, after retries
   */
  public Calibration publish(Calibration calibration) throws IOException {
    String path = folder.path() + "/" + calibration.scan();
    try {
      folder.client().create().forPath(path, JSON.writeValueAsBytes(calibration));
      return calibration;
    } catch (KeeperException.NodeExistsException e) {
      return read(path);
    } catch (Exception e) {
      throw new IOException(
          "the calibration of scan %d could not be written to ZooKeeper at %s"
              .formatted(calibration.scan(), address),
          e);
    }
  }

  private Calibration read(String path) throws IOException {
    try {
      return JSON.readValue(folder.client().getData().forPath(path), Calibration.class);
    } catch (Exception e) {
      throw new IOException(
          "the calibration at %s could not be read from ZooKeeper at %s".formatted(path, address),
          e);
    }
  }

  private void remember(ChildData node) {
    try {
      Calibration calibration = JSON.readValue(node.getData(), Calibration.class);
      known.put(calibration.scan(), calibration);
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

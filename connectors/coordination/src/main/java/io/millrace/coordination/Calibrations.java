package io.millrace.coordination;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.detector.Calibration;
import io.millrace.detector.CalibrationFailure;
import io.millrace.detector.CalibrationOutcome;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.cache.ChildData;
import org.apache.curator.framework.recipes.cache.CuratorCache;
import org.apache.curator.framework.recipes.cache.CuratorCacheListener;
import org.apache.curator.retry.BoundedExponentialBackoffRetry;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.client.ZKClientConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The calibrations of one session: made once per scan, whether they succeed or not, published here,
 * and seen by every counter of the session.
 *
 * <p>What came of a scan's calibration is a node {@code
 * /millrace/sessions/SESSION/calibrations/SCAN} with JSON: <code>{"calibration": {...}}</code> or
 * <code>{"failure": {...}}</code>. It is written once and never changed, so that a counter that
 * restarts uses the same thresholds as before. A session's name is not used twice; that keeps a
 * detector that starts its scan numbers again from finding old thresholds.
 */
public final class Calibrations implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Calibrations.class);
  private static final ObjectMapper JSON = new ObjectMapper();

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
  private final String root;
  private final CuratorFramework client;
  private final CuratorCache cache;
  private final Map<Long, CalibrationOutcome> known = new ConcurrentHashMap<>();

  /**
   * Connects to ZooKeeper.
   *
   * @param address ZooKeeper's connect string, such as {@code localhost:2181}
   * @param session name of the session; letters, digits, dots, dashes and underscores
   * @param timeout how long to wait for the connection
   * @throws IOException if there is no ZooKeeper within that time
   */
  public Calibrations(String address, String session, Duration timeout) throws IOException {
    if (!session.matches("[A-Za-z0-9._-]+")) {
      throw new IllegalArgumentException(
          "a session is named with letters, digits, dots, dashes and underscores, not '%s'"
              .formatted(session));
    }
    this.address = address;
    this.root = "/millrace/sessions/" + session + "/calibrations";
    this.client =
        CuratorFrameworkFactory.builder()
            .connectString(address)
            .connectionTimeoutMs((int) timeout.toMillis())
            .zkClientConfig(withoutSasl())
            .retryPolicy(new BoundedExponentialBackoffRetry(50, 1000, 5))
            .build();
    client.start();
    this.cache = CuratorCache.build(client, root);
    try {
      if (!client.blockUntilConnected((int) timeout.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IOException(
            "no ZooKeeper at %s within %d s; start one, or give the right address"
                .formatted(address, timeout.toSeconds()));
      }
      client.createContainers(root);
    } catch (IOException e) {
      close();
      throw e;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      close();
      throw new IOException("interrupted while connecting to ZooKeeper at " + address, e);
    } catch (Exception e) {
      close();
      throw new IOException("ZooKeeper at %s refused %s".formatted(address, root), e);
    }
    cache
        .listenable()
        .addListener(CuratorCacheListener.builder().forCreates(this::remember).build());
    cache.start();
  }

  /** Flink's JAAS configuration would otherwise be tried, fail, and alarm the reader of the log. */
  private static ZKClientConfig withoutSasl() {
    ZKClientConfig config = new ZKClientConfig();
    config.setProperty(ZKClientConfig.ENABLE_CLIENT_SASL_KEY, "false");
    return config;
  }

  /** What came of the scan's calibration, as soon as this session has seen it. Never waits. */
  public Optional<CalibrationOutcome> find(long scan) {
    return Optional.ofNullable(known.get(scan));
  }

  /**
   * Publishes what came of a calibration for all counters of the session.
   *
   * @return what holds: this, or what was published before
   * @throws IOException if ZooKeeper cannot be reached, after retries
   */
  public CalibrationOutcome publish(CalibrationOutcome outcome) throws IOException {
    String path = root + "/" + outcome.scan();
    try {
      client.create().forPath(path, Node.write(outcome));
      return outcome;
    } catch (KeeperException.NodeExistsException e) {
      return read(path);
    } catch (Exception e) {
      throw new IOException(
          "the calibration of scan %d could not be written to ZooKeeper at %s"
              .formatted(outcome.scan(), address),
          e);
    }
  }

  private CalibrationOutcome read(String path) throws IOException {
    try {
      return Node.read(client.getData().forPath(path));
    } catch (Exception e) {
      throw new IOException(
          "the calibration at %s could not be read from ZooKeeper at %s".formatted(path, address),
          e);
    }
  }

  private void remember(ChildData node) {
    if (node.getPath().equals(root)) {
      return;
    }
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
    cache.close();
    client.close();
  }
}

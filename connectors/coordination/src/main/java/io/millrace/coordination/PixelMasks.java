package io.millrace.coordination;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.detector.ScanKey;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.apache.curator.framework.recipes.cache.ChildData;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.Code;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The hot pixels that one session masks: published when a scan ends, and in force for each scan
 * that is calibrated from then on.
 *
 * <p>The mask is the node {@code /millrace/sessions/SESSION/jobs/JOB/hot-pixels/mask} with the
 * pixels' flat indices as a JSON array. What was written last holds.
 */
public final class PixelMasks implements AutoCloseable {
  /** More pixels than this are not masked: 3 % of the camera; a node can hold ten times that. */
  public static final int MAX_PIXELS = 10_000;

  private static final Logger LOG = LoggerFactory.getLogger(PixelMasks.class);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final String address;
  private volatile List<Integer> latest = List.of();
  private final SessionFolder folder;
  private final String path;

  /**
   * Connects to ZooKeeper.
   *
   * @param address ZooKeeper's connect string, such as {@code localhost:2181}
   * @param session name of the session; letters, digits, dots, dashes and underscores
   * @param job id of the Flink job
   * @param timeout how long to wait for the connection
   * @throws IOException if there is no ZooKeeper within that time
   */
  public PixelMasks(String address, String session, String job, Duration timeout)
      throws IOException {
    this.address = address;
    this.folder =
        new SessionFolder(address, session, job, "hot-pixels", timeout, this::remember, node -> {});
    this.path = folder.path() + "/mask";
    try {
      folder.client().create().forPath(path, JSON.writeValueAsBytes(List.of()));
    } catch (KeeperException.NodeExistsException e) {
      LOG.debug("{} is there", path);
    } catch (Exception e) {
      folder.close();
      throw new IOException("ZooKeeper at %s refused %s".formatted(address, path), e);
    }
  }

  /** The pixels to mask, ascending; none before the session's first mask is seen. Never waits. */
  public List<Integer> latest() {
    return latest;
  }

  /**
   * Publishes the mask that holds from now on. Does not wait for ZooKeeper: a task that did would
   * hold up its stream; a mask that cannot be written is said in the log, and the one before holds.
   *
   * @param scan key of the scan that has ended with it
   * @param pixels flat indices, ascending, at most {@link #MAX_PIXELS}
   */
  public void publish(long scan, List<Integer> pixels) {
    if (pixels.size() > MAX_PIXELS) {
      throw new IllegalArgumentException(
          "a mask has at most %,d pixels, not %,d".formatted(MAX_PIXELS, pixels.size()));
    }
    try {
      folder
          .client()
          .setData()
          .inBackground(
              (client, written) -> {
                if (written.getResultCode() == Code.OK.intValue()) {
                  LOG.info(
                      "After scan {}, {} hot pixels are masked", ScanKey.name(scan), pixels.size());
                } else {
                  notWritten(scan, KeeperException.create(Code.get(written.getResultCode())));
                }
              })
          .forPath(path, JSON.writeValueAsBytes(pixels));
    } catch (Exception e) {
      notWritten(scan, e);
    }
  }

  private void notWritten(long scan, Exception cause) {
    LOG.error(
        "The hot pixels of scan {} are not masked in the next one: ZooKeeper at {} did not take them",
        ScanKey.name(scan),
        address,
        cause);
  }

  private void remember(ChildData node) {
    try {
      latest = JSON.readValue(node.getData(), new TypeReference<>() {});
    } catch (IOException e) {
      LOG.error("The hot pixels at {} are not valid, and are not masked", node.getPath(), e);
    }
  }

  @Override
  public void close() {
    folder.close();
  }
}
